"""A backtest as every part of Deskhand sees it, whichever engine wrote it.

Units are the same everywhere: fractions (0.05 is 5 %), never percent; money in `currency`; drawdowns negative.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Unit = Literal["fraction", "ratio", "currency", "count", "days", "bars", "date", "text", "seconds", "bytes", "time"]
"""fraction: shown in percent; ratio: a bare number such as a Sharpe; days are calendar days, bars trading ones; time
is an ISO 8601 moment in UTC. Seconds, bytes and times are measured by diagnostics only."""

Days = NDArray[np.datetime64]
Values = NDArray[np.float64]
Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Curve:
    """A series in time: `dates` strictly increasing datetime64[s], `values` finite float64, the same length."""

    dates: Days
    values: Values

    def __post_init__(self) -> None:
        if len(self.dates) != len(self.values):
            raise ValueError(f"{len(self.dates)} dates but {len(self.values)} values")

    def __len__(self) -> int:
        return len(self.values)


@dataclass(frozen=True, slots=True)
class Trade:
    """One round trip, or an open one where `exit_*` is None.

    `quantity` is positive; `pnl` is net of `costs`, in currency; `return_fraction` is pnl over the money put in.
    """

    symbol: str
    side: Literal["long", "short"]
    quantity: float
    entry_date: np.datetime64
    entry_price: float
    exit_date: np.datetime64 | None = None
    exit_price: float | None = None
    pnl: float | None = None
    return_fraction: float | None = None
    costs: float | None = None
    bars: int | None = None
    exit_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Stated:
    """A figure the engine itself wrote, converted to our unit but not recomputed.

    `name` is canonical (`sharpe`, `max_drawdown`, `total_return`, ...) where the meaning is the same, otherwise
    the engine's own key. `path` says where it stood (`statistics."Sharpe Ratio"`), `definition` how the engine
    computes it, `annualisation` the periods a year it used, where that applies.
    """

    name: str
    value: float
    unit: Unit
    path: str
    definition: str
    label: str = ""
    annualisation: float | None = None


@dataclass(frozen=True, slots=True)
class BacktestRun:
    """One run of one strategy. `equity` starts with the capital before the first bar's return."""

    name: str
    engine: str
    equity: Curve | None
    id: str = ""
    engine_version: str | None = None
    strategy: str | None = None
    description: str = ""
    symbols: tuple[str, ...] = ()
    timeframe: str = "1d"
    currency: str = "USD"
    """Code of the account's currency; empty where the engine does not tell."""
    initial_capital: float | None = None
    periods_per_year: float | None = None
    benchmark: Curve | None = None
    benchmark_name: str | None = None
    exposure: Curve | None = None
    trades: tuple[Trade, ...] = ()
    stated: tuple[Stated, ...] = ()
    configuration: Mapping[str, Scalar] = field(default_factory=dict)
    fee: float | None = None
    slippage: float | None = None
    trials: int | None = None
    tags: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def start(self) -> np.datetime64 | None:
        """First date of the equity curve."""
        return self.equity.dates[0] if self.equity is not None and len(self.equity) else None

    @property
    def end(self) -> np.datetime64 | None:
        """Last date of the equity curve."""
        return self.equity.dates[-1] if self.equity is not None and len(self.equity) else None


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What a list of runs shows of each; dates are ISO days."""

    id: str
    name: str
    engine: str
    start: str | None
    end: str | None
    symbols: tuple[str, ...] = ()
    strategy: str | None = None
    created_at: str = ""
    content_hash: str = ""
    also: str = ""
    """What else it is called: the id it has where it came from."""


class BacktestStore(Protocol):
    """Where runs are kept. Implemented by `bot.storage`."""

    async def add(self, run: BacktestRun, *, by: str) -> str:
        """Keep a run and return its id; a run with the same content keeps its first id."""
        ...

    async def get(self, run_id: str) -> BacktestRun | None:
        """The run with this id, or None."""
        ...

    async def list(self) -> Sequence[RunSummary]:
        """All runs, newest first."""
        ...

    def missing(self) -> str:
        """A sentence saying what the last list lacks, where a source could not be asked; empty otherwise."""
        ...


def content_hash(payload: str) -> str:
    """SHA-256 of a run's canonical JSON, hexadecimal."""
    return hashlib.sha256(payload.encode()).hexdigest()
