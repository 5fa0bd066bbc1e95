"""What is published, and what must be looked at by a second person first.

A narrative may be *shown to whoever asks for it* as soon as the rules wrote it and the checker passed it: it is then a
draft of theirs. *Publishing* it, in a channel and to people who may not ask for reports, goes through a reviewer where
one of these reasons holds (`approvals.review` in the settings says which count):

    first            nothing about this strategy (by the name of its runs) was ever published
    model_written    a model wrote the text; until a reviewer approves it, its requester sees the rules' text instead
    negative_check   the checker objects to something in it; this one always counts
    always           every publication

A decision binds to `Content.hash`: the text, its facts and its charts.
"""

import hashlib
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from tools.narrative.report import Report
from tools.narrative.service import RULES

Reason = Literal["first", "model_written", "negative_check", "always"]


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart of a narrative. `alt_text` says what is seen."""

    png: bytes
    alt_text: str
    title: str


@dataclass(frozen=True, slots=True)
class Content:
    """A narrative with its chart: what people look at, decide on and read."""

    report: Report
    chart: Picture | None = None

    @property
    def hash(self) -> str:
        """SHA-256 over text, facts, the chart and its alternative text."""
        parts = [self.report.content_hash.encode()]
        if self.chart is not None:
            parts += [hashlib.sha256(self.chart.png).digest(), self.chart.alt_text.encode()]
        return hashlib.sha256(b"\0".join(parts)).hexdigest()

    @property
    def strategy(self) -> str:
        """What the run is called: the name of a strategy here."""
        return next((str(fact.value) for fact in self.report.facts if fact.id == "run.name"), self.report.title)


@dataclass(frozen=True, slots=True)
class Publication:
    """A published narrative. `approved_by` is empty where none had to; `at` is epoch seconds."""

    id: str
    hash: str
    backtest_id: str
    strategy: str
    channel: str
    requested_by: str
    approved_by: str
    at: float = field(default_factory=time.time)


class PublicationStore(Protocol):
    """Contents by hash, publications, and what reviewers think of them."""

    async def keep(self, content: Content) -> None:
        """Keep what somebody is asked to decide on, exactly as it is."""
        ...

    async def content(self, content_hash: str) -> Content | None:
        """What was kept under this hash."""
        ...

    async def publish(self, publication: Publication) -> None:
        """From now on it may be read by everybody; the same id twice is one publication."""
        ...

    async def published(self, backtest_ids: Collection[str] | None = None) -> Sequence[Publication]:
        """Newest first; of these backtests, or all."""
        ...

    async def get(self, publication_id: str) -> Publication | None:
        """By its id."""
        ...

    async def knows_strategy(self, strategy: str) -> bool:
        """Whether anything about it was ever published."""
        ...

    async def rate(self, content_hash: str, person: str, stars: int) -> None:
        """A reviewer's 1 to 5; a later one takes the place of an earlier."""
        ...


def reasons_for_review(report: Report, *, first: bool, policy: Collection[Reason]) -> tuple[Reason, ...]:
    """Why a second person must look at it before it is published; empty where none must."""
    holds: dict[Reason, bool] = {
        "negative_check": not report.checks.ok,
        "model_written": report.writer != RULES,
        "first": first,
        "always": True,
    }
    return tuple(reason for reason, held in holds.items() if held and reason in {*policy, "negative_check"})
