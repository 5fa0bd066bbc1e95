"""From a request to a draft: read, validated in three layers, tried on real prices, and read back in English.

The layers: the specification's schema and ranges (`loading.py`), its meaning (`meaning.py`), and a trial run on the
desk's prices (`trial.py`), whose findings are warnings with their facts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from pydantic import JsonValue

from tools.errors import BadInput
from tools.market.prices import Prices
from tools.market.store import PriceStore
from tools.strategies.english import describe
from tools.strategies.language.draft import Language, Read, Reader
from tools.strategies.language.symbols import Symbols
from tools.strategies.phrases import condition_in_words
from tools.strategies.spec import Specification
from tools.strategies.templates import Templates, builtin, of_desk
from tools.strategies.timeframes import UNITS
from tools.strategies.trial import Trial, trial

_USUAL = "SPY"
_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Market:
    """The desk's daily prices, adjusted, by symbol; each call opens the store for as long as it takes."""

    path: Path

    def symbols(self) -> Symbols:
        """What can be traded here."""
        with PriceStore(self.path) as store:
            names = store.symbols()
            known = {name: store.freshness(name) for name in names}
        usual = _USUAL if _USUAL in names else names[0] if names else _USUAL
        return Symbols(names, usual, {name: (one.first_date, one.last_date) for name, one in known.items()})

    def prices(self, symbol: str) -> Prices:
        """The bars of a symbol. Raises `NotFound`."""
        with PriceStore(self.path) as store:
            return store.prices(symbol).adjusted()


@dataclass(frozen=True, slots=True)
class Draft:
    """A request and what became of it. With status `ok` there are a specification, a trial and its warnings."""

    read: Read
    trial: Trial | None = None
    errors: tuple[str, ...] = ()
    writer: str = "rules"
    """Who read the request: rules, or a model by its name and prompt."""

    @property
    def status(self) -> str:
        """`ok`, `clarify` or `refused`."""
        return "refused" if self.errors else self.read.status

    @property
    def specification(self) -> Specification | None:
        """What is drafted, where it is."""
        return None if self.errors else self.read.specification

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the trial found."""
        return self.trial.warnings if self.trial else ()

    def explanation(self, templates: Templates) -> str:
        """What it does, from the specification; the defaults taken; what the trial run warns of. Or why there is none."""
        if self.errors:
            return " ".join(self.errors)
        if self.read.refusal:
            return self.read.refusal
        if self.read.specification is None:
            return " ".join(str(question) for question in self.read.questions)
        said = [describe(self.read.specification, templates)]
        said += [f"Assumed: {'; '.join(self.read.assumed)}."] if self.read.assumed else []
        said += [corrections(self.read)] if self.read.corrected else []
        said += [set_aside(self.read.set_aside)] if self.read.set_aside else []
        return " ".join([*said, *self.warnings])

    def to_json(self, templates: Templates) -> dict[str, JsonValue]:
        """As `deskhand draft --json` writes it."""
        specification = self.specification
        return {
            "status": self.status,
            "spec": specification.to_json() if specification else None,
            "explanation": self.explanation(templates),
            "questions": [str(question) for question in self.read.questions],
            "errors": list(self.errors) or ([self.read.refusal] if self.read.refusal else []),
            "assumptions": list(self.read.assumed),
            "set_aside": list(self.read.set_aside),
            "warnings": list(self.warnings),
        }


def corrections(read: Read) -> str:
    """The slips that were read as words."""
    return "Read " + ", ".join(f"“{wrong}” as “{right}”" for wrong, right in read.corrected) + "."


def set_aside(stretches: Sequence[str]) -> str:
    """What was read as talk beside the rule, as one sentence."""
    return f"Set aside: {', '.join(f'“{_short(words)}”' for words in stretches)}."


def _short(words: str) -> str:
    return words if len(words) <= _LONGEST_NAME else f"{words[: _LONGEST_NAME - 1].rsplit(' ', 1)[0]}…"


class Drafter:
    """Drafts for one desk. Blocks; async callers use a thread."""

    def __init__(self, market: Market, templates: Templates | None = None) -> None:
        self.templates = templates or builtin()
        self.market = market

    @cached_property
    def reader(self) -> Reader:
        """Made at the first request: the grammar takes a second or two to build."""
        return Reader(Language(self.market.symbols(), self.templates))

    def draft(self, text: str) -> Draft:
        """The request as a draft. Never raises for any text."""
        read = self.reader.read(text)
        if read.specification is None:
            return Draft(read)
        return self.tried(self.named(read))

    def revise(self, before: Specification, text: str) -> Draft:
        """A change of a specification said in words, as a draft. Never raises for any text."""
        read = self.reader.revise(before, text)
        if read.specification is None:
            return Draft(read)
        return self.tried(self.named(read))

    def named(self, read: Read) -> Read:
        """The reading with its specification called by what it does."""
        if read.specification is None:
            return read
        called = read.specification.model_copy(update={"name": name_of(read.specification, self.templates)})
        return replace(read, specification=called)

    def tried(self, read: Read) -> Draft:
        """The third layer: a specification that was read, run on the prices of its symbols where there are any."""
        if read.specification is None:
            return Draft(read)
        try:
            return Draft(read, trial(read.specification, self.market.prices, self.templates))
        except BadInput as error:
            return Draft(read, errors=(str(error),))


def name_of(specification: Specification, templates: Templates) -> str:
    """A name people recognise it by: the template and its numbers, or the entry in words."""
    where = f" on {specification.symbols[0]}" if specification.symbols else ""
    where += f", {UNITS[specification.timeframe]}ly" if specification.timeframe != "1d" else ""
    if specification.template != "rules":
        template = templates.get(specification.template)
        numbers = "/".join(f"{value:g}" for value in template.complete(specification.parameters).values())
        return f"{template.title} {numbers}".strip() + where
    entry = specification.entry or specification.short_entry
    said = (
        condition_in_words(entry, UNITS[specification.timeframe]).replace("the ", "")
        if entry is not None
        else "Rules"
    )
    said = said if len(said) <= _LONGEST_NAME else f"{said[: _LONGEST_NAME - 1].rsplit(' ', 1)[0]}…"
    side = "Short" if specification.side == "short" else "Long" if specification.side == "long" else "Long/short"
    return f"{side} when {said}{where}"


def open_drafter(home: Path, prices: Path) -> Drafter:
    """A drafter with the desk's own templates."""
    return Drafter(Market(prices), of_desk(home))
