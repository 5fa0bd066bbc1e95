"""The figures, settings and symbols that an engine states, in our units."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from tools.backtests.model import BacktestRun, Scalar, Stated, Trade, Unit
from tools.backtests.readers.dates import duration_days
from tools.backtests.readers.document import Json
from tools.backtests.readers.numbers import ABSURD, number


@dataclass(frozen=True, slots=True)
class Metric:
    """How one key of an engine is read: `factor` brings it to our unit (0.01 for percent, -1 for a positive drawdown)."""

    name: str
    unit: Unit
    definition: str
    label: str = ""
    factor: float = 1.0
    annualisation: float | None = None
    undefined: tuple[float, ...] = ()
    """Values with which the engine says "undefined"."""
    read: Callable[[object], float | None] = number


def state(metrics: Mapping[str, Metric], found: Mapping[str, Json], path: str = "") -> tuple[list[Stated], list[str]]:
    """The metrics that `found` has, and sentences about those that it states as undefined or infinite.

    `path` is put before each key; keys that are not plain words are quoted.
    """
    stated: list[Stated] = []
    left_out: list[str] = []
    for key, metric in metrics.items():
        if key not in found:
            continue
        value = metric.read(found[key])
        if value is None or value in metric.undefined or abs(value) >= ABSURD:
            if _says_something(found[key]):
                left_out.append(metric.label or key)
            continue
        stated.append(
            Stated(
                name=metric.name,
                value=value * metric.factor if metric.factor != 1.0 else value,
                unit=metric.unit,
                path=joined(path, key),
                definition=metric.definition,
                label=metric.label or key,
                annualisation=metric.annualisation,
            )
        )
    shown = ", ".join(left_out)
    return stated, [f"The engine states no usable value for: {shown}."] if left_out else []


def durations_as_written(metrics: Mapping[str, Metric], found: Mapping[str, Json]) -> dict[str, Metric]:
    """The metrics with durations read as the rest of the file is written.

    A bare number is milliseconds where `Start` is, bars where `Start` is a bar's number, and nothing that could be
    known where `Start` is a date in text.
    """
    start = number(found.get("Start"))
    if start is not None and abs(start) > 1e9:
        return dict(metrics)
    bars = start is not None
    made: dict[str, Metric] = {}
    for key, metric in metrics.items():
        if metric.read is duration_days and bars:
            metric = replace(metric, unit="bars", read=number)
        elif metric.read is duration_days:
            metric = replace(metric, read=_duration_in_words)
        made[key] = metric
    return made


def _duration_in_words(value: object) -> float | None:
    return duration_days(value) if isinstance(value, str) and number(value) is None else None


def _says_something(value: Json) -> bool:
    return value is not None and not (isinstance(value, str) and not value.strip())


def joined(path: str, key: str) -> str:
    """`statistics."Sharpe Ratio"`: a path as `Stated` carries it."""
    quoted = key if key.replace("_", "").isalnum() else f'"{key[:80]}"'
    return f"{path}.{quoted}" if path else quoted


def contradictions(run: BacktestRun) -> BacktestRun:
    """The run with a sentence for each figure it states twice with values that rounding does not explain."""
    notes: list[str] = []
    seen: dict[str, Stated] = {}
    for item in run.stated:
        other = seen.setdefault(item.name, item)
        if other is not item and other.unit == item.unit and not _same(other, item):
            notes.append(
                f"{item.label} is stated twice with different values: {_said(other)} ({other.definition}) "
                f"and {_said(item)} ({item.definition})."
            )
    return replace(run, notes=(*run.notes, *notes)) if notes else run


def _same(one: Stated, other: Stated) -> bool:
    slack = 0.006 if one.unit == "fraction" else 0.0006
    return math.isclose(one.value, other.value, rel_tol=0.01, abs_tol=slack if one.unit != "count" else 0.0)


def _said(item: Stated) -> str:
    value = f"{item.value * 100:.4g} %" if item.unit == "fraction" else f"{item.value:.6g}"
    return f"{value} at {item.path}"


_NOT_ASKED = 60


def scalars(found: Mapping[str, Json], keys: Sequence[str] = ()) -> dict[str, Scalar]:
    """The scalar values, of `keys` or all, as a run's configuration: texts cut, at most 60."""
    chosen = [key for key in (keys or found) if key in found and not isinstance(found[key], dict | list)]
    made: dict[str, Scalar] = {}
    for key in chosen[:_NOT_ASKED]:
        value = found[key]
        if isinstance(value, str):
            made[key[:80]] = value[:200]
        elif isinstance(value, float) and not math.isfinite(value):
            continue
        elif not isinstance(value, dict | list):
            made[key[:80]] = value
    return made


def symbols_of(trades: Sequence[Trade]) -> tuple[str, ...]:
    """What was traded, in order of first appearance, at most 100."""
    return tuple(dict.fromkeys(trade.symbol for trade in trades if trade.symbol))[:100]


def years_of_days(days: str) -> float | None:
    """252 of "Sharpe Ratio (252 days)"; None without such a number."""
    match = re.search(r"\((\d{1,4}) days\)", days)
    return float(match[1]) if match else None
