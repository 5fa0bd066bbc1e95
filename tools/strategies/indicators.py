"""TA-Lib's functions behind plain arrays: which exist, what they take, and their values with honest gaps.

A value is missing (NaN) for a function's lookback, and only there. Inputs are cut to where they begin, because one
NaN poisons every later value of a moving average; a hole further in (a division by zero) keeps the value before it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from tools.errors import BadInput
from tools.strategies.conditions import Condition, Indicator, walk
from tools.strategies.ta import abstract, talib

Values = NDArray[np.float64]

PREVIOUS_BARS = frozenset({"DONCHIAN", "MAX", "MIN", "MINMAX"})
"""Extremes that TA-Lib measures with the current bar in, so that no close could ever be above them: read a bar later."""

_UNUSABLE = {
    "MAVP": "it needs a period for every bar",
    "MAXINDEX": "it counts bars from the start of the data",
    "MININDEX": "it counts bars from the start of the data",
    "MINMAXINDEX": "it counts bars from the start of the data",
    "BETA": "it compares two instruments",
    "CORREL": "it compares two instruments",
    **dict.fromkeys(("ADD", "SUB", "MULT", "DIV"), "it is arithmetic: write it as such"),
    **dict.fromkeys(("ACOS", "ASIN", "COSH", "EXP", "SINH"), "it has no value for prices"),
}

_REMEMBERS = frozenset(
    """HT_DCPERIOD HT_DCPHASE HT_PHASOR HT_SINE HT_TRENDMODE HT_TRENDLINE ADX ADXR APO CMO DX ERI KDJ MACD MACDFIX
    MACDEXT MINUS_DI MINUS_DM PLUS_DI PLUS_DM PPO PVO RSI SMI STOCHRSI TRIX TSI EMA DEMA TEMA T3 RMA KAMA KC MA MAMA
    SAR SAREXT SUPERTREND ZLEMA HA ATR NATR CVI MASSI RVI ADOSC EFI IMI""".split()
)
_LEAST_SETTLING, _SETTLING_PERIODS = 100, 7


@dataclass(frozen=True, slots=True)
class Function:
    """A TA-Lib function. `parameters` are names and defaults; `fields` the price fields it reads, in order.

    `takes_series` says that its first field may be replaced by another series. `whole` are the parameters that are
    whole numbers.
    """

    name: str
    fields: tuple[str, ...]
    takes_series: bool
    parameters: Mapping[str, int | float]
    outputs: tuple[str, ...]

    @property
    def whole(self) -> frozenset[str]:
        """Parameters that are counts."""
        return frozenset(name for name, default in self.parameters.items() if isinstance(default, int))


@lru_cache(maxsize=1)
def names() -> frozenset[str]:
    """Every function that can be used."""
    every: list[str] = talib.get_functions()
    return frozenset(every) - _UNUSABLE.keys()


@lru_cache(maxsize=512)
def function(name: str) -> Function:
    """What TA-Lib says of `name`. Raises `BadInput` where it does not exist or cannot be used on one series of bars."""
    if name in _UNUSABLE:
        raise BadInput(f"The indicator {name} cannot be used here: {_UNUSABLE[name]}.")
    if name not in names():
        from difflib import get_close_matches

        near = get_close_matches(name, names(), 3, 0.5)
        hint = f" Near it are {', '.join(near)}." if near else ""
        raise BadInput(f"There is no indicator {name} in TA-Lib.{hint}")
    info = _handle(name).info
    inputs: Mapping[str, str | Sequence[str]] = info["input_names"]
    fields: list[str] = []
    for field in inputs.values():
        fields.extend([field] if isinstance(field, str) else field)
    return Function(name, tuple(fields), "price" in inputs, dict(info["parameters"]), tuple(info["output_names"]))


@lru_cache(maxsize=4096)
def _arguments(name: str, given: tuple[tuple[str, int | float], ...]) -> dict[str, int | float]:
    """Complete arguments of a call; raises `BadInput` naming a parameter that does not exist or a bad value."""
    what = function(name)
    arguments = dict(what.parameters)
    for parameter, value in given:
        if parameter not in what.parameters:
            have = ", ".join(what.parameters) or "none"
            raise BadInput(f"{name} has no parameter {parameter}; it has {have}.")
        if parameter in what.whole and value != int(value):
            raise BadInput(f"{name} needs a whole number for {parameter}, not {value:g}.")
        arguments[parameter] = int(value) if parameter in what.whole else float(value)
    try:
        getattr(talib, name)(*(np.ones(2) for _ in what.fields), **arguments)
    except Exception as error:  # TA-Lib raises bare Exception
        said = ", ".join(f"{parameter} {value:g}" for parameter, value in given) or "its defaults"
        raise BadInput(f"{name} does not work with {said}: a value is outside what TA-Lib allows.") from error
    return arguments


def check(name: str, parameters: Mapping[str, int | float], output: str | None, *, has_input: bool) -> None:
    """Raise `BadInput` with one sentence where an indicator cannot be computed as written."""
    what = function(name)
    _arguments(name, tuple(parameters.items()))
    if output is not None and output not in what.outputs:
        raise BadInput(f"{name} has no output {output}; it has {', '.join(what.outputs)}.")
    if has_input and not what.takes_series:
        raise BadInput(f"{name} reads {', '.join(what.fields)}, so it cannot be given an input.")


def wrong(conditions: Iterable[Condition | None]) -> list[str]:
    """A sentence for each indicator in the conditions that cannot be computed as written, each once."""
    found: dict[str, None] = {}
    for node in (node for condition in conditions for node in walk(condition)):
        if isinstance(node, Indicator):
            try:
                check(node.name, node.parameters, node.output, has_input=node.input is not None)
            except BadInput as error:
                found[str(error)] = None
    return list(found)


def compute(name: str, parameters: Mapping[str, int | float], inputs: Sequence[Values]) -> dict[str, Values]:
    """Every output of a function over `inputs` (in the order of `Function.fields`), NaN before its first value."""
    what = function(name)
    arguments = _arguments(name, tuple(parameters.items()))
    rows = len(inputs[0])
    first = max(_first_finite(series) for series in inputs)
    tails = [_without_holes(series[first:]) for series in inputs]
    lookback = _lookback(name, tuple(arguments.items()))
    start = first + lookback + (name in PREVIOUS_BARS)
    if start >= rows:
        return {output: np.full(rows, np.nan) for output in what.outputs}
    raw = getattr(talib, name)(*tails, **arguments)
    return {
        output: _placed(series, rows, first, start, shift=name in PREVIOUS_BARS)
        for output, series in zip(what.outputs, raw if isinstance(raw, tuple | list) else (raw,), strict=True)
    }


def lookback(name: str, parameters: Mapping[str, int | float]) -> int:
    """Bars without a value at the start of the inputs."""
    arguments = _arguments(name, tuple(parameters.items()))
    return _lookback(name, tuple(arguments.items())) + (name in PREVIOUS_BARS)


def settling_bars(name: str, parameters: Mapping[str, int | float]) -> int:
    """Bars beyond the lookback after which it hardly matters where the data began.

    Averages that remember everything (EMA, Wilder's) forget exponentially: seven times the longest period leaves
    below 0.1 % of the start, and no less than 100 bars are taken. Others have no memory and need none.
    """
    if name not in _REMEMBERS:
        return 0
    whole = function(name).whole
    longest = max(
        (int(value) for key, value in _arguments(name, tuple(parameters.items())).items() if key in whole), default=0
    )
    return max(_LEAST_SETTLING, _SETTLING_PERIODS * longest)


class _Handle(Protocol):
    info: Mapping[str, Any]
    lookback: int

    def set_parameters(self, parameters: Mapping[str, int | float]) -> None: ...


def _handle(name: str) -> _Handle:
    handle: _Handle = abstract.Function(name)
    return handle


@lru_cache(maxsize=4096)
def _lookback(name: str, arguments: tuple[tuple[str, int | float], ...]) -> int:
    handle = _handle(name)
    if arguments:
        handle.set_parameters(dict(arguments))
    return int(handle.lookback)


def _first_finite(series: Values) -> int:
    finite = np.isfinite(series)
    at = int(finite.argmax())
    return at if finite[at] else len(series)


def _without_holes(series: Values) -> Values:
    finite = np.isfinite(series)
    if finite.all():
        return np.ascontiguousarray(series)
    return series[np.maximum.accumulate(np.where(finite, np.arange(len(series)), 0))]


def _placed(series: NDArray[np.generic], rows: int, first: int, start: int, *, shift: bool) -> Values:
    placed = np.full(rows, np.nan)
    placed[start:] = series[start - first - shift : rows - first - shift]
    return placed
