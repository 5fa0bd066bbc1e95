"""Real files of the engines, where DESKHAND_SAMPLES names a folder of them; figures by the files themselves."""

import json
import os
from pathlib import Path

import pytest

from tools.backtests.codec import dumps
from tools.backtests.model import BacktestRun
from tools.backtests.readers.read import read_path
from tools.backtests.series import returns_of
from tools.errors import BadInput

FOLDER = os.environ.get("DESKHAND_SAMPLES", "")
pytestmark = pytest.mark.skipif(not FOLDER, reason="DESKHAND_SAMPLES names no folder with real files of the engines")
ASKED = {"test_returns.csv.gz": "returns", "vectorbt_value.csv": "equity"}


def sample(path: str, engine: str | None = None) -> list[BacktestRun]:
    return read_path(Path(FOLDER, path), engine)


def test_every_sample_is_read_refused_with_its_reason_or_asked_about() -> None:
    for path in sorted(Path(FOLDER).glob("*/*")):
        if path.name.endswith(".meta.json"):
            with pytest.raises(BadInput, match="only describes a freqtrade backtest"):
                read_path(path)
            continue
        if path.name in ASKED:
            with pytest.raises(BadInput, match="give the engine as"):
                read_path(path)
        for run in read_path(path, ASKED.get(path.name)):
            dumps(run)
            assert run.stated or run.equity is not None or run.trades


def test_freqtrade_contradicts_itself_and_says_so() -> None:
    (run,) = sample("freqtrade/backtest-result.json")
    assert [item.value for item in run.stated if item.name == "wins"] == [48, 170]
    assert any("48" in note and "170" in note for note in run.notes)
    assert run.equity is not None
    assert run.equity.values[-1] == pytest.approx(0.011041902985696884)
    assert len(run.trades) == 179


def test_lean_statistics_and_report() -> None:
    runs = sample("lean/expected_statistics.json")
    source = json.loads(Path(FOLDER, "lean/expected_statistics.json").read_text())
    assert len(runs) == len(source) == 171
    assert {run.currency for run in runs} == {"USD", "EUR", "USDT", "INR", "ETH", "BUSD"}
    for run in runs:
        written = source[run.name]["Net Profit"]
        total = next(item for item in run.stated if item.name == "total_return")
        assert total.value == pytest.approx(float(written.rstrip("%")) / 100)
    (report,) = sample("lean/test_report_data.json")
    assert report.equity is not None
    assert report.equity.values[0] == 1_000_000


def test_zipline_perf_and_pyfolio() -> None:
    (perf,) = sample("zipline/perf_dma.pickle")
    assert perf.equity is not None
    stated = next(item.value for item in perf.stated if item.name == "total_return")
    assert perf.equity.values[-1] / perf.equity.values[0] - 1 == pytest.approx(stated)
    (returns,) = sample("pyfolio/test_returns.csv.gz", "pyfolio")
    assert returns.equity is not None
    assert len(returns_of(returns.equity.values)) == 1511
    (transactions,) = sample("pyfolio/test_txn.csv.gz")
    assert len(transactions.trades) > 5000


def test_backtesting_py_and_vectorbt() -> None:
    (curve,) = sample("generated/backtesting_py_equity_curve.csv")
    (stats,) = sample("generated/backtesting_py_stats.json")
    assert curve.equity is not None
    total = next(item.value for item in stats.stated if item.name == "total_return")
    assert curve.equity.values[-1] / curve.equity.values[0] - 1 == pytest.approx(total)
    (other,) = sample("generated/vectorbt_stats.json")
    assert next(item.value for item in other.stated if item.name == "max_drawdown") == pytest.approx(-0.2977123)
