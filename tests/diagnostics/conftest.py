"""Makes this folder's helpers (`tool_fakes`) importable for its subfolders too."""
