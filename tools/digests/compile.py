"""An edition of a digest: every block read for the window, one that fails said to have failed."""

import asyncio
from collections.abc import Mapping, Sequence

from tools.digests.model import Digest, DigestBlock, Edition, Part, Window

_PATIENCE = 60.0
"""Seconds for one block."""


async def edition(
    digest: Digest, blocks: Mapping[str, DigestBlock], window: Window, skipped: Sequence[float] = ()
) -> Edition:
    """The digest as it is now. Blocks that no longer exist are left out; never raises for what a block does."""
    wanted = [blocks[id_] for id_ in digest.blocks if id_ in blocks]
    parts = await asyncio.gather(*(_part(block, window) for block in wanted))
    return Edition(digest, window, parts, tuple(skipped))


async def _part(block: DigestBlock, window: Window) -> Part:
    try:
        async with asyncio.timeout(_PATIENCE):
            return Part(block.title, await block.read(window))
    except Exception:  # one block that fails must not take the digest with it; the part says so
        return Part(block.title, problem=True)
