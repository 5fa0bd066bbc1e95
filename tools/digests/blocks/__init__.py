"""What a digest may hold, a file each; `tools.digests.model.DigestBlock` is the protocol."""
