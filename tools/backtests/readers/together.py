"""Files that hold one run in parts: its curve in one, the engine's figures in another, its trades in a third.

backtesting.py, vectorbt and pyfolio write such sets. Parts are only put together where they fit: one engine, one curve,
trades inside its dates, stated figures that it bears out. Anything else stays several runs.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile

import numpy as np

from tools.backtests.model import BacktestRun, Curve

_MOST_PARTS = 5
_DAY = np.timedelta64(1, "D")
_BORNE_OUT = 0.02


def together(runs: Sequence[BacktestRun], name: str = "") -> list[BacktestRun]:
    """One run where these are its parts (called `name`, or what their names have in common), else the runs as they are."""
    whole = [run for run in runs if run.equity is not None]
    parts = [run for run in runs if run.equity is None]
    if len(whole) != 1 or not 1 <= len(parts) < _MOST_PARTS or len({run.engine for run in runs}) != 1:
        return list(runs)
    base = whole[0]
    if not all(_fits(part, base) for part in parts):
        return list(runs)
    trades = [run for run in runs if run.trades]
    stated = [run for run in runs if run.stated]
    if len(trades) > 1 or len(stated) > 1:
        return list(runs)
    own = f"Put together from {', '.join(run.name for run in runs)}."
    joined = replace(
        base,
        name=name or _common([run.name for run in runs]) or base.name,
        trades=trades[0].trades if trades else (),
        stated=stated[0].stated if stated else (),
        symbols=base.symbols or next((part.symbols for part in parts if part.symbols), ()),
        initial_capital=base.initial_capital
        or next((part.initial_capital for part in parts if part.initial_capital), None),
        notes=(*base.notes, own),
    )
    return [joined]


def _fits(part: BacktestRun, base: BacktestRun) -> bool:
    curve = base.equity
    assert curve is not None and len(curve)  # noqa: S101, PT018 - the one with a curve was chosen
    return bool(part.trades or part.stated) and _inside(part, curve) and _borne_out(part, curve)


def _inside(part: BacktestRun, curve: Curve) -> bool:
    dates = [date for trade in part.trades for date in (trade.entry_date, trade.exit_date) if date is not None]
    return not dates or bool(min(dates) >= curve.dates[0] - _DAY and max(dates) <= curve.dates[-1] + _DAY)


def _borne_out(part: BacktestRun, curve: Curve) -> bool:
    """The stated total return, where there is one, is the curve's, give or take a fiftieth."""
    stated = next((figure.value for figure in part.stated if figure.name == "total_return"), None)
    if stated is None:
        return not part.stated
    grown = float(curve.values[-1] / curve.values[0]) if curve.values[0] > 0 else 0.0
    return abs(grown - (1 + stated)) <= _BORNE_OUT * max(abs(grown), 0.5)


def _common(names: Sequence[str]) -> str:
    same = [letters[0] for letters in takewhile(lambda letters: len(set(letters)) == 1, zip(*names, strict=False))]
    shared = "".join(same).rstrip(" _-.")
    return shared if len(shared) >= 3 else ""
