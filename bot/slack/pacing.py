"""One lane a channel: posts go one after another, a short burst at once and then one a second.

Slack allows about one post a second a channel. While a call waits out a 429 its lane waits with it; others go on.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiolimiter import AsyncLimiter

BURST = 4
PER_SECOND = 1.0
_MOST_LANES = 1000


class _Lane:
    def __init__(self) -> None:
        self.turn = asyncio.Lock()
        self.limiter = AsyncLimiter(BURST, BURST / PER_SECOND)

    @property
    def idle(self) -> bool:
        return not self.turn.locked() and self.limiter.has_capacity(BURST)


class Pacer:
    """Hands out turns to post in a channel."""

    def __init__(self) -> None:
        self._lanes: dict[str, _Lane] = {}

    @asynccontextmanager
    async def turn(self, channel: str) -> AsyncIterator[None]:
        """Inside, the channel is ours to post one message in."""
        if len(self._lanes) >= _MOST_LANES:
            self._lanes = {name: lane for name, lane in self._lanes.items() if not lane.idle}
        lane = self._lanes.setdefault(channel, _Lane())
        async with lane.turn:
            await lane.limiter.acquire()
            yield
