"""`deskhand preview SPEC.json --prices P.csv [--positions OUT.csv]`: run a strategy specification on prices."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tools.market.prices import Prices
    from tools.strategies.preview import Figures, Preview

_ROWS = (
    ("Total return", "total_return", "{:.1%}"),
    ("Growth a year", "cagr", "{:.1%}"),
    ("Volatility a year", "volatility", "{:.1%}"),
    ("Sharpe ratio", "sharpe", "{:.2f}"),
    ("Sortino ratio", "sortino", "{:.2f}"),
    ("Maximum drawdown", "max_drawdown", "{:.1%}"),
    ("Calmar ratio", "calmar", "{:.2f}"),
)

_FORMAT = """\
a specification is JSON; every part but entry (or template) may be absent, and shares are fractions, never percent:
  {"template": "sma_crossover", "parameters": {"short_window": 50, "long_window": 200}, "symbols": ["SPY"]}
  {"entry": "RSI(14) < 30 and close > SMA(200)", "exit": {"any": ["RSI(14) > 70", "close < SMA(200)"]},
   "side": "long", "timeframe": "1d", "risk": {"stop_loss": 0.03, "r_target": 2, "max_holding_bars": 20}}

conditions: a formula as above with and, or, not, < <= > >= ==, crosses_above, crosses_below, rising(close, 3), falling(close, 3);
  or JSON: {"all": [..]}, {"any": [..]}, {"not": ..}, {"crosses_above": [a, b]}, {"op": ">", "left": a, "right": b},
  {"rising": ["close", 3]}, {"for_bars": ["close < SMA(20)", 2]}, {"within_bars": ["RSI(14) < 30", 5]}
terms: numbers; open high low close volume; TA-Lib's indicators by name, with their parameters in TA-Lib's order, another
  series first, an output behind: SMA(50), SMA(volume, 20), BBANDS(20, 2, 2).upperband, MACD(12, 26, 9).macdsignal;
  highest(high, 20) and lowest(low, 20) of the bars before; return(63); day_of_week (1 is Monday), month; + - * /;
  close[1] is a bar before. Or JSON: {"indicator": "RSI", "period": 14, "offset": 1}, {"price": "close"}
read at the close, filled at the next open ("fill": "close" for that same close); timeframe 1w and 1mo read weekly and
  monthly bars. Every field, with its limits: tools/strategies/spec.py and conditions.py. `deskhand draft --json` writes one.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """A specification, prices, and where to write the positions."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _FORMAT
    parser.add_argument("specification", metavar="SPEC.json", type=Path, help="a strategy specification, as below")
    parser.add_argument(
        "--prices", metavar="P.csv", type=Path, required=True, help="columns date, open, high, low, close, volume"
    )
    parser.add_argument(
        "--positions", metavar="OUT.csv", type=Path, help="write date and position decided at that close (1, 0, -1)"
    )
    parser.add_argument("--json", action="store_true", help="write JSON")


def run(arguments: argparse.Namespace) -> int:
    """Raises `BadInput` with one clear line for a specification or prices that cannot be used."""
    from bot.settings import load_settings
    from tools.market.prices import read_csv
    from tools.strategies.loading import load
    from tools.strategies.preview import preview
    from tools.strategies.templates import of_desk

    templates = of_desk(load_settings().home)
    specification = load(_read(arguments.specification), templates)
    prices = read_csv(arguments.prices, specification.symbols[0] if specification.symbols else "")
    result = preview(specification, prices, templates=templates)
    if arguments.positions:
        _write_positions(arguments.positions, result, prices)
    if arguments.json:
        sys.stdout.write(json.dumps({"name": specification.name, **result.to_json()}, allow_nan=False) + "\n")
    else:
        sys.stdout.write(_text(specification.name, result))
    return 0


def _read(path: Path) -> bytes:
    from tools.errors import BadInput

    try:
        return path.read_bytes()
    except OSError as error:
        raise BadInput(f"Cannot read {path}: {error.strerror or error}.") from None


def _write_positions(path: Path, result: "Preview", prices: "Prices") -> None:
    from tools.errors import BadInput

    rows = zip(prices.dates.astype(str).tolist(), result.simulation.positions.tolist(), strict=True)
    try:
        path.write_text(
            "date,position\n" + "".join(f"{day},{position}\n" for day, position in rows), encoding="utf-8"
        )
    except OSError as error:
        raise BadInput(f"Cannot write {path}: {error.strerror or error}.") from None


def _text(name: str, result: "Preview") -> str:
    simulation = result.simulation
    lines = [
        f"{name} on {result.symbol}, {result.strategy.start} to {result.strategy.end}"
        f" ({simulation.end - simulation.first:,} bars after {simulation.warm_up_bars:,} of warm-up)",
        "",
        f"{'':20}{'strategy':>12}{'buy and hold':>14}",
    ]
    for label, field, form in _ROWS:
        lines.append(f"{label:20}{_cell(result.strategy, field, form):>12}{_cell(result.benchmark, field, form):>14}")
    won = "none closed" if result.win_rate is None else f"{result.win_rate:.0%} of the closed ones won"
    lines += [
        "",
        f"{result.trades:,} trades, {won}; in the market {result.exposure:.0%} of the bars; "
        f"turnover {result.turnover:.1f} times a year; costs {result.costs:,.0f} on {simulation.capital:,.0f}",
    ]
    for label, (strategy, benchmark) in (("First two thirds", result.early), ("Last third", result.late)):
        lines.append(
            f"{label}, to {strategy.end}: {strategy.total_return:.1%} against {benchmark.total_return:.1%} "
            f"for buy and hold, Sharpe {_cell(strategy, 'sharpe', '{:.2f}')} against {_cell(benchmark, 'sharpe', '{:.2f}')}"
        )
    lines += [f"With costs times {stress.multiple}: {stress.total_return:.1%}" for stress in result.stress]
    lines += [f"Note: {warning}" for warning in result.warnings]
    return "\n".join(lines) + "\n"


def _cell(figures: "Figures", field: str, form: str) -> str:
    value: float | None = getattr(figures, field)
    return "n/a" if value is None else form.format(value)
