"""The Home tab: what waits for this person, how things are, what is new, their backtests, what they may ask for."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.protocols import Access, Approval, Approvals, Json, Person, Pins, UsageSource
from handlers.approvals import waiting_for
from handlers.capabilities import CAPABILITIES, allowed, role_of
from handlers.views import home as views
from handlers.views.approvals import waiting_blocks
from handlers.views.text import escape
from tools.backtests.model import BacktestStore, RunSummary

_SHOWN = 6
_NEWS = 3

Glance = Callable[[], Awaitable[Sequence[str]]]
"""How the bot is, a line each."""


@dataclass(frozen=True, slots=True)
class Home:
    """Builds the view of a person; everything in it is of this moment."""

    access: Access
    approvals: Approvals
    store: BacktestStore
    usage: UsageSource
    pins: Pins
    glance: Glance

    async def __call__(self, person: Person) -> Mapping[str, Json]:
        """The view for `views.publish`."""
        can = allowed(person, self.access)
        cannot = [capability for capability in CAPABILITIES if capability not in can]
        works = self.access.allows(person, "narrate")
        waiting = await waiting_for(person, self.approvals)
        sees_health = self.access.allows(person, "check_freshness")
        month = await self.usage.usage("month") if self.access.allows(person, "usage") else None
        runs = await self.store.list() if works else []
        pinned = await self.pins.pinned(person.id) if works else ()
        return views.view(
            views.heading(role_of(person)),
            waiting_blocks(waiting.to_decide, waiting.asked) if works else (),
            views.health(await self.glance()) if sees_health else (),
            views.month(month) if month is not None else (),
            views.news(await self._news(runs)) if works else (),
            self._backtests(runs, pinned),
            views.abilities(can, cannot),
        )

    def _backtests(self, runs: Sequence[RunSummary], pinned: Sequence[str]) -> Sequence[Mapping[str, Json]]:
        by_id = {run.id: run for run in runs}
        kept = [by_id[run_id] for run_id in pinned if run_id in by_id]
        others = [run for run in runs if run.id not in pinned][:_SHOWN]
        marked = frozenset(pinned)
        return (
            *(views.backtests("Pinned backtests", kept, marked) if kept else ()),
            *(views.backtests(f"Latest of {len(runs)} backtests", others, marked) if others else ()),
        )

    async def _news(self, runs: Sequence[RunSummary]) -> list[str]:
        decided = await self.approvals.list(states=("approved", "rejected", "sent_back"), limit=_NEWS)
        newest = [f"Newest of {len(runs)} backtests: {escape(runs[0].name)}"] if runs else []
        return [*newest, *map(_decided, decided)]


def _decided(approval: Approval) -> str:
    subject = approval.subject
    asker = escape(subject.requester.name or subject.requester.id)
    return f"{subject.kind.capitalize()} {approval.state.replace('_', ' ')}: {escape(subject.title)} (by {asker})"
