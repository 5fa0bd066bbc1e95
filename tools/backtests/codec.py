"""A run as a document of Deskhand's own: JSON that loses nothing and is the same text for the same content.

    {"format": "deskhand.backtest", "version": 1,
     "name": str, "engine": str, "engine_version": str|null, "strategy": str|null, "description": str,
     "symbols": [str], "timeframe": "1d", "currency": "USD", "initial_capital": number|null,
     "periods_per_year": number|null, "fee": number|null, "slippage": number|null, "trials": integer|null,
     "equity": curve|null, "benchmark": curve|null, "benchmark_name": str|null, "exposure": curve|null,
     "trades": [{"symbol", "side": "long"|"short", "quantity", "entry_date", "entry_price", "exit_date", "exit_price",
                 "pnl", "return_fraction", "costs", "bars", "exit_reason"}],
     "stated": [{"name", "value", "unit", "path", "definition", "label", "annualisation"}],
     "configuration": {str: str|integer|number|boolean|null}, "tags": [str], "notes": [str]}

A curve is `{"dates": [...], "values": [...]}`, equally long, dates strictly increasing. Dates are `2018-01-31` or, with
a time of day, `2018-01-31T15:30:00`, without zone. Fractions, never percent. Keys are sorted, there are no spaces, text
is ASCII with escapes, negative zero is zero, half a surrogate pair is a
question mark, and NaN and infinities are refused. The id is not part of it.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Final, Literal, TypeVar

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError

from tools.backtests.model import BacktestRun, Curve, Scalar, Stated, Trade, Unit
from tools.errors import BadInput

FORMAT: Final = "deskhand.backtest"
MOST_POINTS: Final = 2_000_000
MOST_TRADES: Final = 1_000_000

_Text = Annotated[str, Field(max_length=100_000)]
_Name = Annotated[str, Field(max_length=1_000)]
_Date = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2})?$")]
_T = TypeVar("_T")
_Few = Annotated[list[_T], Field(max_length=10_000)]


def dumps(run: BacktestRun) -> str:
    """The canonical text. Raises `BadInput` naming what cannot be kept: NaN, an infinity, dates out of order."""
    document = {
        "format": FORMAT,
        "version": 1,
        **{name: getattr(run, name) for name in _PLAIN},
        **{name: _curve_out(getattr(run, name), name) for name in _CURVES},
        **{name: list(getattr(run, name)) for name in ("symbols", "tags", "notes")},
        "trades": [_trade_out(trade) for trade in run.trades],
        "stated": [{name: getattr(stated, name) for name in _Stated.model_fields} for stated in run.stated],
        "configuration": dict(run.configuration),
    }
    try:
        return json.dumps(_canonical(document, "run"), sort_keys=True, separators=(",", ":"), allow_nan=False)
    except RecursionError:
        raise BadInput("The backtest's configuration is nested; it must be flat.") from None


def loads(text: str | bytes) -> BacktestRun:
    """The run, with an empty id. Raises `BadInput` saying where the document is wrong."""
    try:
        document = _Document.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the document"
        raise BadInput(f"This is not a Deskhand backtest document: {place}: {first['msg']}.") from None
    return BacktestRun(
        name=document.name,
        engine=document.engine,
        engine_version=document.engine_version,
        strategy=document.strategy,
        description=document.description,
        symbols=tuple(document.symbols),
        timeframe=document.timeframe,
        currency=document.currency,
        initial_capital=document.initial_capital,
        periods_per_year=document.periods_per_year,
        fee=document.fee,
        slippage=document.slippage,
        trials=document.trials,
        equity=_curve_in(document.equity, "equity"),
        benchmark=_curve_in(document.benchmark, "benchmark"),
        benchmark_name=document.benchmark_name,
        exposure=_curve_in(document.exposure, "exposure"),
        trades=tuple(_trade_in(trade) for trade in document.trades),
        stated=tuple(Stated(**dict(stated)) for stated in document.stated),
        configuration=document.configuration,
        tags=tuple(document.tags),
        notes=tuple(document.notes),
    )


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Curve(_Strict):
    dates: Annotated[list[_Date], Field(max_length=MOST_POINTS)]
    values: Annotated[list[FiniteFloat], Field(max_length=MOST_POINTS)]


class _Trade(_Strict):
    symbol: _Name
    side: Literal["long", "short"]
    quantity: FiniteFloat
    entry_date: _Date
    entry_price: FiniteFloat
    exit_date: _Date | None = None
    exit_price: FiniteFloat | None = None
    pnl: FiniteFloat | None = None
    return_fraction: FiniteFloat | None = None
    costs: FiniteFloat | None = None
    bars: int | None = None
    exit_reason: _Name | None = None


class _Stated(_Strict):
    name: _Name
    value: FiniteFloat
    unit: Unit
    path: _Text
    definition: _Text
    label: _Name = ""
    annualisation: FiniteFloat | None = None


class _Document(_Strict):
    format: Literal["deskhand.backtest"]
    version: Literal[1]
    name: _Name
    engine: _Name
    engine_version: _Name | None = None
    strategy: _Name | None = None
    description: _Text = ""
    symbols: _Few[_Name] = []
    timeframe: _Name = "1d"
    currency: _Name = "USD"
    initial_capital: FiniteFloat | None = None
    periods_per_year: FiniteFloat | None = None
    fee: FiniteFloat | None = None
    slippage: FiniteFloat | None = None
    trials: int | None = None
    equity: _Curve | None = None
    benchmark: _Curve | None = None
    benchmark_name: _Name | None = None
    exposure: _Curve | None = None
    trades: Annotated[list[_Trade], Field(max_length=MOST_TRADES)] = []
    stated: _Few[_Stated] = []
    configuration: Annotated[dict[_Name, _Text | bool | int | FiniteFloat | None], Field(max_length=10_000)] = {}
    tags: _Few[_Name] = []
    notes: _Few[_Text] = []


_CURVES: Final = ("equity", "benchmark", "exposure")
_LISTS: Final = ("format", "version", "symbols", "tags", "notes", "trades", "stated", "configuration")
_PLAIN: Final = tuple(name for name in _Document.model_fields if name not in _CURVES + _LISTS)


def _canonical(value: object, place: str) -> Scalar | list[object] | dict[str, object]:
    """Plain JSON values: numpy's numbers as Python's, no negative zero; what JSON cannot hold is named."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, np.bool_ | np.integer | int):
        return bool(value) if isinstance(value, np.bool_) else int(value)
    if isinstance(value, float | np.floating):
        if not np.isfinite(value):
            raise BadInput(f"The backtest cannot be kept: {place} is {value}, not a number.")
        return float(value) + 0.0
    if isinstance(value, Mapping):
        return {str(key): _canonical(inner, f"{place}.{key}") for key, inner in value.items()}
    if isinstance(value, _Ready):
        return list(value)
    if isinstance(value, Sequence):
        return [_canonical(inner, f"{place}[{number}]") for number, inner in enumerate(value)]
    raise BadInput(f"The backtest cannot be kept: {place} is a {type(value).__name__}, not text or a number.")


class _Ready(list[object]):
    """A long list that was checked as an array."""


def _curve_out(curve: Curve | None, name: str) -> dict[str, _Ready] | None:
    if curve is None:
        return None
    _check(curve, name)
    return {"dates": _Ready(_dates_out(curve.dates)), "values": _Ready((curve.values + 0.0).tolist())}


def _curve_in(curve: _Curve | None, name: str) -> Curve | None:
    if curve is None:
        return None
    if len(curve.dates) != len(curve.values):
        raise BadInput(f"The {name} curve has {len(curve.dates)} dates but {len(curve.values)} values.")
    made = Curve(_dates_in(curve.dates), np.array(curve.values, dtype=np.float64))
    _check(made, name)
    return made


def _check(curve: Curve, name: str) -> None:
    if not np.isfinite(curve.values).all():
        raise BadInput(f"The {name} curve has values that are not numbers.")
    if np.isnat(curve.dates).any() or not (curve.dates[1:] > curve.dates[:-1]).all():
        raise BadInput(f"The dates of the {name} curve do not rise strictly.")


def _dates_out(dates: "np.ndarray[tuple[int, ...], np.dtype[np.datetime64]]") -> list[str]:
    texts: list[str] = np.datetime_as_string(dates.astype("datetime64[s]")).tolist()
    return [text.removesuffix("T00:00:00") for text in texts]


def _dates_in(texts: list[str]) -> "np.ndarray[tuple[int, ...], np.dtype[np.datetime64]]":
    try:
        return np.array(texts, dtype="datetime64[s]")
    except ValueError as error:
        raise BadInput(f"A date of the backtest is not one: {error}.") from None


def _trade_out(trade: Trade) -> dict[str, object]:
    values = {name: getattr(trade, name) for name in _Trade.model_fields}
    for name in ("entry_date", "exit_date"):
        if values[name] is not None:
            if np.isnat(values[name]):
                raise BadInput(f"A trade in {trade.symbol} has no {name.replace('_', ' ')}.")
            values[name] = _dates_out(np.array([values[name]]))[0]
    return values


def _trade_in(trade: _Trade) -> Trade:
    values = dict(trade)
    for name in ("entry_date", "exit_date"):
        if values[name] is not None:
            values[name] = _dates_in([values[name]])[0]
    return Trade(**values)
