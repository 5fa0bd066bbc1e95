"""What a digest is made of: a window of time, blocks that read it, and what each found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from tools.backtests.charts.model import Chart
from tools.digests.schedule import Schedule


@dataclass(frozen=True, slots=True)
class Window:
    """What a digest covers, epoch seconds. `history` are the figures of the editions before, oldest first, by `block.figure`."""

    since: float
    until: float
    zone: str
    history: Sequence[Mapping[str, float]] = ()

    @property
    def before(self) -> Mapping[str, float]:
        """The figures of the last edition."""
        return self.history[-1] if self.history else {}


@dataclass(frozen=True, slots=True)
class Found:
    """What a block has to say. `lines` are plain text, names of people and files in them are data.

    `new` is False where nothing happened and the lines only say how things stand. `figures` are kept for the trend.
    """

    lines: tuple[str, ...]
    new: bool = True
    figures: Mapping[str, float] = field(default_factory=dict)
    chart: Chart | None = None


class DigestBlock(Protocol):
    """One part of a digest. `id` is stored with the digests that hold it; `asked_as` is what people call it."""

    @property
    def id(self) -> str:
        """A short word."""
        ...

    @property
    def title(self) -> str:
        """Its heading."""
        ...

    @property
    def asked_as(self) -> str:
        """A regular expression over lower-case text."""
        ...

    async def read(self, window: Window) -> Found | None:
        """What to say of the window; None for nothing. What it raises is told as "could not be read"."""
        ...


@dataclass(frozen=True, slots=True)
class Digest:
    """A digest of one channel. `since` is the moment from which slots count; `blocks` are ids in their order."""

    id: str
    name: str
    channel: str
    schedule: Schedule
    blocks: tuple[str, ...]
    created_by: str
    since: float
    paused: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A block and what it found; `found` is None for nothing, `problem` says that it could not be read."""

    title: str
    found: Found | None = None
    problem: bool = False


@dataclass(frozen=True, slots=True)
class Edition:
    """A digest as it is to be posted. `skipped` are slots nobody was told of: nothing ran then."""

    digest: Digest
    window: Window
    parts: Sequence[Part]
    skipped: tuple[float, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is new."""
        return not any(part.problem or (part.found is not None and part.found.new) for part in self.parts)

    @property
    def figures(self) -> dict[str, float]:
        """What the next edition compares with."""
        found = (part.found for part in self.parts if part.found is not None)
        return {name: value for one in found for name, value in one.figures.items()}
