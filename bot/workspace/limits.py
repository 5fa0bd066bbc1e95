"""How often Slack lets an app call: one post a second a channel with a short burst, and a tier a method.

The tiers' documented minima are 1, 20, 50 and 100 calls a minute; Slack lets more through, and so does this, by
`TIER_CALLS`. Time is monotonic seconds.
"""

import math
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bot.workspace.wire import SlackError

TIER_CALLS: Mapping[int, int] = {1: 60, 2: 60, 3: 150, 4: 300}
"""Calls a minute let through for a tier."""


@dataclass(frozen=True)
class RateLimits:
    """The limits of a workspace. `post_rate` is posts a second a channel; `tiers` is empty to switch them off."""

    post_rate: float = 1.0
    post_burst: int = 5
    tiers: Mapping[int, int] = field(default_factory=lambda: dict(TIER_CALLS))
    enabled: bool = True


class Limiter:
    """Counts calls and refuses the one too many with `ratelimited` and whole seconds to wait."""

    def __init__(self, limits: RateLimits, now: Callable[[], float] = time.monotonic) -> None:
        self.limits = limits
        self._now = now
        self._buckets: dict[str, tuple[float, float]] = {}
        self._windows: dict[str, deque[float]] = {}

    def method(self, name: str, tier: int) -> None:
        """Count one call of a method."""
        allowed = self.limits.tiers.get(tier)
        if not self.limits.enabled or allowed is None:
            return
        window = self._windows.setdefault(name, deque())
        now = self._now()
        while window and window[0] <= now - 60:
            window.popleft()
        if len(window) >= allowed:
            raise SlackError("ratelimited", retry_after=max(1, math.ceil(window[0] + 60 - now)))
        window.append(now)

    def post(self, channel: str) -> None:
        """Count one post to a channel."""
        if not self.limits.enabled:
            return
        now = self._now()
        tokens, at = self._buckets.get(channel, (float(self.limits.post_burst), now))
        tokens = min(float(self.limits.post_burst), tokens + (now - at) * self.limits.post_rate)
        if tokens < 1:
            self._buckets[channel] = (tokens, now)
            raise SlackError("ratelimited", retry_after=max(1, math.ceil((1 - tokens) / self.limits.post_rate)))
        self._buckets[channel] = (tokens - 1, now)
