"""`python bench_engine.py`: twenty years of daily bars through the engine, warm, beside a bare loop over the same bars."""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np

from tools.market.embedded import EmbeddedSource
from tools.market.prices import Prices
from tools.market.store import PriceStore
from tools.strategies.engine import simulate
from tools.strategies.loading import load

ROUNDS = 60
UP = {"type": "rising", "of": {"type": "price"}}
DOWN = {"type": "falling", "of": {"type": "price"}}
REVERSE = {"side": "long_short", "entry": UP, "short_entry": DOWN}
SPECIFICATIONS: dict[str, dict] = {
    "golden cross": {"template": "sma_crossover"},
    "RSI(2)": {"template": "rsi_mean_reversion", "parameters": {"rsi_period": 2}},
    "weekly average": {"template": "sma_crossover", "timeframe": "1w"},
    "in and out each bar": {"entry": {"type": "always"}, "risk": {"max_holding_bars": 1}},
    "stop and reverse each bar": REVERSE,
    "the same with stop and target": {**REVERSE, "risk": {"stop_loss": 0.02, "take_profit": 0.03}},
    "the same with trailing stops": {**REVERSE, "risk": {"trailing_stop": 0.05, "atr_stop": {"multiple": 2.0, "trailing": True}}},
}  # fmt: skip


def bare(prices: Prices) -> np.ndarray:
    """Stop and reverse with the day's direction, as short as a loop can be: no conditions, no trades, no stops."""
    opens, closes, cash, units, side = prices.open.tolist(), prices.close.tolist(), 1e5, 0.0, 0
    equity = [1e5] * len(closes)
    for bar in range(2, len(closes)):
        wanted = 1 if closes[bar - 1] > closes[bar - 2] else -1
        if wanted != side:
            cash += units * opens[bar] - abs(units) * opens[bar] * 0.0015
            units, side = wanted * cash / (opens[bar] * 1.0015), wanted
            cash -= units * opens[bar] + abs(units) * opens[bar] * 0.0015
        equity[bar] = cash + units * closes[bar]
    return np.array(equity)


def milliseconds(work: Callable[[], object]) -> float:
    """Median CPU time."""
    taken = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        work()
        taken.append(time.process_time() - begun)
    return 1e3 * median(taken)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, PriceStore(Path(folder) / "m.duckdb", read_only=False) as store:
        store.ingest(EmbeddedSource())
        prices = store.prices("SPY").adjusted()
    unit = milliseconds(lambda: bare(prices))
    print(f"{'a bare loop':32}{len(prices):>6} bars {unit:>8.2f} ms")
    for name, written in SPECIFICATIONS.items():
        specification = load(written)
        trades = len(simulate(specification, prices).trades)
        taken = milliseconds(lambda specification=specification: simulate(specification, prices))
        print(f"{name:32}{trades:>5} trades {taken:>8.2f} ms, {taken / unit:.1f} times the bare loop")


if __name__ == "__main__":
    main()
