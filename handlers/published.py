"""Published narratives, which everybody may read: one that is meant, or the list of them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.protocols import Access, Approvals, Reply, Request
from handlers.views import reviews as views
from tools.backtests.find import find_run
from tools.backtests.model import BacktestStore
from tools.errors import Denied, NotFound
from tools.narrative.publishing import Content, Publication, PublicationStore

_PUBLISHED = re.compile(r"\bpublished\b", re.IGNORECASE)
READ, READ_ALL = "narrate.read", "narrate.published"
"""Action ids: one publication, and all of its sections. What lists several numbers the first."""


@dataclass(frozen=True, slots=True)
class Published:
    """Reads what was kept when it was published, exactly as it was approved."""

    access: Access
    store: PublicationStore
    approvals: Approvals
    runs: BacktestStore

    def serves(self, request: Request) -> bool:
        """Whether a request is about what is published, or can be about nothing else for who asks."""
        if request.action is not None and request.action.id.startswith((READ, READ_ALL)):
            return True
        spoken = request.action is None and not request.files and bool(_PUBLISHED.search(request.text))
        return spoken or not self.access.allows(request.person, "narrate")

    async def answer(self, request: Request) -> Reply:
        """The newest publication of what is meant, or the list; nothing else is named to who may not ask for reports.

        Raises `Denied` or `NotFound`, naming what is published.
        """
        if request.action is not None and request.action.id.startswith((READ, READ_ALL)):
            return await self._pressed(request, str(request.routed.arguments.get("publication_id")))
        newest: dict[str, Publication] = {}
        for publication in await self.store.published():
            newest.setdefault(publication.backtest_id, publication)
        runs = [run for run in await self.runs.list() if run.id in newest]
        symbols = request.routed.arguments.get("symbols")
        wanted = [str(each) for each in symbols] if isinstance(symbols, list) else []
        found = find_run(_PUBLISHED.sub(" ", request.text), runs, symbols=wanted)
        best = found.best or next((run for run in runs if run.id == request.subject.get("backtest_id")), None)
        if best is not None:
            return await self._read(newest[best.id])
        several = found.others if found.several else () if request.routed.arguments.get("names") else runs
        if several and _PUBLISHED.search(request.text):
            return views.publications([newest[run.id] for run in several])
        raise self._none(request, [run.name for run in runs])

    def _none(self, request: Request, names: Sequence[str]) -> Denied | NotFound:
        there = "; ".join(names[:8])
        offer = f" Published and open to everybody: {there}." if there else " Nothing is published yet."
        if self.access.allows(request.person, "narrate"):
            return NotFound(f"No published report fits that.{offer}")
        return Denied(f"{self.access.denial(request.person, 'narrate')}{offer}")

    async def _pressed(self, request: Request, publication_id: str) -> Reply:
        publication = await self.store.get(publication_id)
        if publication is None:
            raise NotFound("I know no such publication.")
        if request.action is not None and request.action.id == READ_ALL:
            return views.sections(await self._content(publication))
        return await self._read(publication)

    async def _read(self, publication: Publication) -> Reply:
        approval = await self.approvals.get(publication.id)
        return views.published(publication, await self._content(publication), approval)

    async def _content(self, publication: Publication) -> Content:
        content = await self.store.content(publication.hash)
        if content is None:
            raise NotFound("This publication is not kept any more; ask an analyst for the report.")
        return content
