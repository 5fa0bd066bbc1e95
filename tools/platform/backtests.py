"""The platform's backtests as runs, with the stated units held against the curve."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

import numpy as np

from tools.backtests.model import BacktestRun, Curve, RunSummary, Stated, Trade
from tools.backtests.readers.round_trips import Fill, trades_of
from tools.errors import BadInput, NotFound
from tools.platform.client import Json, PlatformClient, at
from tools.platform.config import Units

ENGINE = "platform"
_FAR = 1.02
"""A stated return this factor away from the curve's is looked at: percent for fraction is a factor of 100."""


@dataclass(frozen=True, slots=True)
class Regime:
    """The platform's word on a symbol's market, as of a moment: a claim of the platform, not our measurement."""

    symbol: str
    as_of: str
    label: str
    confidence: float
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Signal:
    """The platform's signal on a symbol: probability in 0..1 and its recommendation."""

    symbol: str
    as_of: str
    probability: float
    confidence: float
    recommendation: str


class PlatformBacktests:
    """Reads completed backtests of the platform."""

    def __init__(self, client: PlatformClient) -> None:
        self._client = client
        self._fields = client.config.fields
        self._paths = client.config.paths

    async def list(self) -> Sequence[RunSummary]:
        """Completed backtests, as the platform orders them."""
        pages = self._client.pages(self._paths.backtests, self._fields.backtest_list, {"status": "completed"})
        return [self._summary(item) async for item in pages if self._completed(item)]

    async def latest(self) -> RunSummary | None:
        """The first completed backtest of the listing, None where there is none: for a check of the settings."""
        pages = self._client.pages(self._paths.backtests, self._fields.backtest_list, {"status": "completed"})
        async for item in pages:
            if self._completed(item):
                return self._summary(item)
        return None

    async def get(self, run_id: str) -> BacktestRun:
        """One run with its equity curve. Raises `BadInput` where the stated units contradict the curve."""
        place = quote(run_id, safe="")
        document = await self._client.get(self._paths.backtest.format(id=place))
        if not self._completed(document):
            status = _text(at(document, self._fields.status))
            raise BadInput(
                f"The platform's backtest {run_id} is {status}; there is nothing to report until it completed."
            )
        history = await self._history(place)
        equity = self._equity(history, at(document, self._fields.initial_capital))
        units = self._client.config.units
        stated = self._stated(document, units)
        check_units(run_id, stated, equity, units)
        summary = self._summary(document)
        return BacktestRun(
            name=summary.name,
            engine=ENGINE,
            equity=equity,
            id=summary.id,
            description=_text(at(document, self._fields.description)),
            symbols=summary.symbols,
            initial_capital=_number(at(document, self._fields.initial_capital)),
            trades=await self._trades(place),
            stated=stated,
            fee=_number(at(document, self._fields.fee)),
            slippage=_number(at(document, self._fields.slippage)),
            tags=_texts(at(document, self._fields.tags)),
            notes=self._notes(history, equity, units),
        )

    async def regime(self, symbol: str, lookback_days: int = 120) -> Regime:
        """The platform's regime of a symbol. `lookback_days` 30 to 240."""
        answer = await self._client.get(self._paths.regime, {"symbol": symbol, "lookback_days": lookback_days})
        data = at(answer, "data")
        return Regime(
            symbol=_text(at(data, "symbol")) or symbol,
            as_of=_text(at(data, "as_of")),
            label=_text(at(data, "regime")),
            confidence=_number(at(data, "confidence")) or 0.0,
            notes=_texts(at(data, "notes")),
        )

    async def signal(self, symbol: str, lookback_days: int = 90) -> Signal:
        """The platform's signal on a symbol. `lookback_days` 20 to 180."""
        path = self._paths.signals.format(symbol=quote(symbol, safe=""))
        data = at(await self._client.get(path, {"lookback_days": lookback_days}), "data")
        return Signal(
            symbol=_text(at(data, "symbol")) or symbol,
            as_of=_text(at(data, "as_of")),
            probability=_number(at(data, "probability")) or 0.0,
            confidence=_number(at(data, "confidence")) or 0.0,
            recommendation=_text(at(data, "recommendation")),
        )

    def _completed(self, item: Json) -> bool:
        return (_text(at(item, self._fields.status)) or "completed") == "completed"

    def _summary(self, item: Json) -> RunSummary:
        run_id = _text(at(item, self._fields.id))
        if not run_id:
            raise BadInput("A backtest of the platform has no id; set platform.fields.id to where it is.")
        return RunSummary(
            id=run_id,
            name=_text(at(item, self._fields.name)) or run_id,
            engine=ENGINE,
            start=_day(at(item, "config.start_date")),
            end=_day(at(item, "config.end_date")),
            symbols=_texts(at(item, self._fields.symbols)),
            created_at=_text(at(item, "updated_at")) or _text(at(item, "created_at")),
        )

    async def _history(self, place: str) -> Sequence[Json]:
        try:
            answer = await self._client.get(self._paths.portfolio_history.format(id=place))
        except NotFound:
            return []
        rows = at(answer, self._fields.history)
        return rows if isinstance(rows, list) else []

    async def _trades(self, place: str) -> tuple[Trade, ...]:
        try:
            answer = await self._client.get(self._paths.trades_history.format(id=place))
        except NotFound:
            return ()
        rows = at(answer, self._fields.history)
        return trades_of(fill for row in rows if (fill := _fill(row))) if isinstance(rows, list) else ()

    def _equity(self, history: Sequence[Json], initial: Json) -> Curve | None:
        points: dict[np.datetime64, float] = {}
        for row in history:
            value = _number(at(row, self._fields.history_value))
            moment = _moment(at(row, self._fields.history_time))
            if value is None or moment is None:
                raise BadInput(
                    "The platform's portfolio history has a point without a time or a value; nothing was kept."
                )
            points[moment] = value
        if len(points) < 2:
            return None
        dates = sorted(points)
        values = [points[date] for date in dates]
        capital = _number(initial)
        if capital is not None and capital > 0 and not math.isclose(values[0], capital, rel_tol=1e-9):
            # The history begins after the first bar: the capital before it belongs in front.
            step = dates[1] - dates[0]
            dates, values = [dates[0] - step, *dates], [capital, *values]
        return Curve(np.array(dates, dtype="datetime64[s]"), np.array(values, dtype=np.float64))

    def _stated(self, document: Json, units: Units) -> tuple[Stated, ...]:
        scale = 0.01 if units.returns == "percent" else 1.0
        sign = -1.0 if units.max_drawdown == "positive" else 1.0
        rows = (
            ("total_return", self._fields.total_return, "fraction", scale, "return over the whole run"),
            ("cagr", self._fields.annualized_return, "fraction", scale, "return a year, as the platform computes it"),
            (
                "volatility",
                self._fields.volatility,
                "fraction",
                scale,
                "volatility a year, as the platform computes it",
            ),
            ("sharpe", self._fields.sharpe_ratio, "ratio", 1.0, "Sharpe ratio, as the platform computes it"),
            ("max_drawdown", self._fields.max_drawdown, "fraction", scale * sign, "largest fall from a peak"),
            ("trades", self._fields.total_trades, "count", 1.0, "number of trades"),
            ("win_rate", self._fields.win_rate, "fraction", scale, "share of trades that won"),
        )
        found = []
        for name, path, unit, factor, definition in rows:
            value = _number(at(document, path))
            if value is not None:
                found.append(Stated(name, value * factor, unit, path, definition))  # type: ignore[arg-type]
        return tuple(found)

    def _notes(self, history: Sequence[Json], equity: Curve | None, units: Units) -> tuple[str, ...]:
        if equity is None or not history:
            return ()
        last = _number(at(history[-1], self._fields.history_return))
        truth = float(equity.values[-1] / equity.values[0] - 1.0)
        if last is None or abs(truth) < 1e-6:
            return ()
        found = "percent" if _near(last / 100.0, truth) else "fraction" if _near(last, truth) else None
        field = self._fields.history_return
        if found is None:
            return (
                f"The platform's {field} ends at {last:g}, which fits the curve neither as a fraction nor in percent.",
            )
        if units.history_return not in (None, found):
            return (f"The platform's {field} is a {found}, although the settings say {units.history_return}.",)
        return (f"The platform's {field} is in the unit {found}, found from {self._fields.history_value}.",)


def check_units(run_id: str, stated: Sequence[Stated], equity: Curve | None, units: Units) -> None:
    """Raise `BadInput` where a stated figure is a factor of 100, or a sign, away from what the curve says."""
    if equity is None:
        return
    figures = {item.name: item.value for item in stated}
    truth = float(equity.values[-1] / equity.values[0] - 1.0)
    total = figures.get("total_return")
    if total is not None and abs(truth) > 1e-6 and not _near(total, truth):
        other = "fraction" if units.returns == "percent" else "percent"
        if _near(total * (100.0 if units.returns == "percent" else 0.01), truth):
            raise BadInput(
                f"The platform's total return of backtest {run_id} contradicts its curve by a factor of 100; "
                f"set platform.units.returns to '{other}'."
            )
    drawdown = figures.get("max_drawdown")
    if drawdown is not None and drawdown > 0:
        other = "negative" if units.max_drawdown == "positive" else "positive"
        raise BadInput(
            f"The platform's max drawdown of backtest {run_id} has the other sign; set platform.units.max_drawdown to '{other}'."
        )


def _fill(row: Json) -> Fill | None:
    moment, quantity, price = _moment(at(row, "timestamp")), _number(at(row, "quantity")), _number(at(row, "price"))
    if moment is None or quantity is None or price is None:
        return None
    sign = -1.0 if _text(at(row, "side")).upper() == "SELL" else 1.0
    cost = abs(_number(at(row, "commission")) or 0.0)
    return Fill(moment, _text(at(row, "symbol")), sign * abs(quantity), price, cost)


def _near(value: float, truth: float) -> bool:
    return value * truth > 0 and 1 / _FAR < value / truth < _FAR


def _number(value: Json) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None


def _text(value: Json) -> str:
    return value if isinstance(value, str) else str(value) if isinstance(value, int) else ""


def _texts(value: Json) -> tuple[str, ...]:
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def _day(value: Json) -> str | None:
    return value[:10] if isinstance(value, str) and len(value) >= 10 else None


def _moment(value: Json) -> np.datetime64 | None:
    if not isinstance(value, str):
        return None
    try:
        return np.datetime64(value.replace("Z", "").split("+")[0], "s")
    except ValueError:
        return None
