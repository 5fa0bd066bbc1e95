"""Approved strategies on their way to the platform: durable, tried again while it is away, told where it was asked for.

Each attempt is a timer of its own with a growing pause before it, so that a platform that is away for a night, a
restart, or another replica changes nothing but the moment. Before anything is created the platform is searched for it.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from bot.protocols import Announcer, Approvals, Destination, Json, Reply, Timers
from handlers.views import sending as views
from tools.errors import Denied, Problem, Unavailable
from tools.platform.client import Json as PlatformJson
from tools.strategies.drafts import DraftStore, Strategy, as_recorded
from tools.strategies.templates import Templates

SEND: Final = "strategy.send"
_PAUSES: Final = (5.0, 30.0, 120.0, 600.0, 1800.0, *(3600.0,) * 24)
"""Seconds before each further attempt: a day and some."""
_TELL_AFTER: Final = 2
"""So many attempts in vain before people hear of it: a restart of the platform is not worth a message."""


class StrategyPlatform(Protocol):
    """Where strategies are sent; see `tools.platform.strategies.PlatformStrategies`."""

    async def create_once(self, payload: Mapping[str, PlatformJson], mark: str) -> str:
        """The platform's id; created where nothing there carries the mark. Raises `Problem`."""
        ...


@dataclass(frozen=True, slots=True)
class Sending:
    """Sends what was approved, once."""

    platform: StrategyPlatform
    store: DraftStore
    approvals: Approvals
    announcer: Announcer
    timers: Timers
    templates: Templates

    async def start(self, strategy: Strategy, to: Destination | None) -> None:
        """Have a registered strategy sent, where it fits; once, however often it is asked for."""
        if strategy.platform_payload(self.templates) is not None:
            await self._at(strategy, to, attempt=1, due=time.time())

    async def send(self, payload: Mapping[str, Json]) -> None:
        """One attempt; the timer `SEND`. Looks at the present state before it acts."""
        strategy = await self.store.strategy(str(payload["id"]), int(str(payload["version"])))
        if strategy is None:
            return
        to, attempt = _destination(payload), int(str(payload["attempt"]))
        if strategy.platform_id:  # an attempt that was cut short after it was kept
            await self._say(strategy, views.sent(strategy, strategy.platform_id), to, "sent")
            return
        sent = strategy.platform_payload(self.templates)
        if sent is None or not await self._as_approved(strategy):
            await self._say(strategy, views.not_as_approved(strategy), to, "refused")
            return
        try:
            platform_id = await self.platform.create_once(sent, strategy.mark)
        except (Unavailable, Denied) as problem:
            await self._later(strategy, to, attempt, problem)
        except Problem as problem:
            await self._say(strategy, views.refused(strategy, str(problem)), to, "refused")
        else:
            await self.store.sent(strategy, platform_id)
            await self._say(strategy, views.sent(strategy, platform_id), to, "sent")

    async def _as_approved(self, strategy: Strategy) -> bool:
        """Whether what is in the registry is what was approved: draft, registry and approval say the same."""
        approval = await self.approvals.get(strategy.approval_id)
        version = await self.store.version(strategy.id, strategy.version)
        return (
            approval is not None
            and approval.state == "approved"
            and approval.subject.hash == strategy.hash
            and as_recorded(strategy, version)
        )

    async def _later(self, strategy: Strategy, to: Destination | None, attempt: int, problem: Problem) -> None:
        if attempt > len(_PAUSES):
            await self._say(strategy, views.given_up(strategy, str(problem)), to, "refused")
            return
        if attempt == _TELL_AFTER:
            await self._say(strategy, views.delayed(strategy, str(problem)), to, "delayed")
        await self._at(strategy, to, attempt + 1, time.time() + _PAUSES[attempt - 1])

    async def _at(self, strategy: Strategy, to: Destination | None, attempt: int, due: float) -> None:
        where = to or Destination()
        payload: dict[str, Json] = {
            "id": strategy.id,
            "version": strategy.version,
            "attempt": attempt,
            "channel": where.channel,
            "user": where.user,
            "thread": where.thread_ts,
        }
        await self.timers.set(f"{SEND}:{strategy.id}:{strategy.version}:{attempt}", SEND, payload, due=due)

    async def _say(self, strategy: Strategy, reply: Reply, to: Destination | None, what: str) -> None:
        if to is not None:
            await self.announcer.announce(f"platform:{strategy.id}:{strategy.version}:{what}", reply, to)


def _destination(payload: Mapping[str, Json]) -> Destination | None:
    channel, user = str(payload["channel"]), str(payload["user"])
    return Destination(channel, user, str(payload["thread"])) if channel or user else None
