"""The third layer of a draft's validation: a run on the desk's prices, and what there is to say where there are none.

Nothing is ever simulated on another instrument than the one that was named. A strategy on several symbols trades each
on its own with the same rules; the figures are those of the first that has prices, and what the others came to is said.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from pydantic import JsonValue

from tools.errors import NotFound
from tools.market.prices import Prices
from tools.strategies.conditions import walk
from tools.strategies.english import listed
from tools.strategies.preview import Preview, preview
from tools.strategies.spec import Specification
from tools.strategies.templates import Templates


class PricesOf(Protocol):
    """The desk's daily prices by symbol. Raises `NotFound` where it has none."""

    def __call__(self, symbol: str) -> Prices:
        """The bars of a symbol."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """What a trial came to. `preview` is None where there are no prices to run it on; then a warning says so."""

    preview: Preview | None
    warnings: tuple[str, ...]

    @property
    def figures(self) -> dict[str, JsonValue]:
        """What of it is shown and decided on; empty where nothing was run."""
        return {**self.preview.to_json(), "warnings": list(self.warnings)} if self.preview else {}


def trial(specification: Specification, prices_of: PricesOf, templates: Templates) -> Trial:
    """A run on the prices of what it trades. Raises `BadInput` where the bars are too few."""
    found = {
        symbol: prices for symbol in _symbols(specification) if (prices := _prices(prices_of, symbol)) is not None
    }
    missing = [symbol for symbol in _symbols(specification) if symbol not in found]
    traded = [symbol for symbol in specification.symbols if symbol in found]
    if not traded or set(missing) & looked_at(specification):
        return Trial(None, (_untried(missing),))
    first, *others = (
        preview(specification, found[symbol], templates=templates, others=_but(found, symbol)) for symbol in traded
    )
    said = [_on_another(other) for other in others]
    said += [f"{symbol} {prices.note}." for symbol, prices in found.items() if prices.note]
    if len(specification.symbols) > 1:
        said.insert(
            0, f"Each symbol is traded on its own with the same rules; the figures are those of {first.symbol}."
        )
    if missing:
        said.append(f"There are no prices of {listed(missing)} here, so nothing was tried on {_them(missing)}.")
    return Trial(first, (*first.warnings, *said))


def looked_at(specification: Specification) -> frozenset[str]:
    """The symbols that conditions read by name."""
    conditions = (specification.entry, specification.exit, specification.short_entry, specification.short_exit)
    nodes = (node for condition in conditions for node in walk(condition))
    return frozenset(symbol for node in nodes if isinstance(symbol := getattr(node, "symbol", None), str))


def _symbols(specification: Specification) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*specification.symbols, *sorted(looked_at(specification)))))


def _prices(prices_of: PricesOf, symbol: str) -> Prices | None:
    try:
        return prices_of(symbol)
    except NotFound:
        return None


def _but(found: Mapping[str, Prices], symbol: str) -> dict[str, Prices]:
    return {other: prices for other, prices in found.items() if other != symbol}


def _untried(missing: list[str]) -> str:
    return (
        f"There are no prices of {listed(missing)} here, so there was no trial run and nothing was simulated. "
        f"Bring prices of {_them(missing)} in with `deskhand prices import`, or name an instrument that has prices here."
    )


def _on_another(other: Preview) -> str:
    trades = f"{other.trades:,} trade{'' if other.trades == 1 else 's'}"
    return (
        f"On {other.symbol} alone: {other.strategy.total_return:.1%} against {other.benchmark.total_return:.1%} "
        f"for buy and hold, with {trades}."
    )


def _them(symbols: list[str]) -> str:
    return "it" if len(symbols) == 1 else "them"
