"""The preview and its command: figures that agree with the oracle, positions in a file, one clear line on bad input."""

import csv
import json
from pathlib import Path

import empyrical
import numpy as np
import pytest

from bot.cli import main
from tools.market.prices import Prices
from tools.strategies.engine import simulate
from tools.strategies.loading import load
from tools.strategies.preview import preview

GOLDEN = {
    "name": "Golden",
    "template": "sma_crossover",
    "symbols": ["SPY"],
    "parameters": {"short_window": 50, "long_window": 200},
}


@pytest.fixture(scope="module")
def prices_file(tmp_path_factory: pytest.TempPathFactory, sp500: Prices) -> Path:
    path = tmp_path_factory.mktemp("csv") / "spy.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["date", "open", "high", "low", "close", "volume"])
        columns = (sp500.dates.astype(str), sp500.open, sp500.high, sp500.low, sp500.close, sp500.volume)
        writer.writerows(zip(*(column.tolist() for column in columns), strict=True))
    return path


@pytest.fixture
def spec_file(tmp_path: Path) -> Path:
    path = tmp_path / "spec.json"
    path.write_text(json.dumps(GOLDEN))
    return path


def test_figures_agree_with_empyrical(sp500: Prices):
    trial = preview(load(GOLDEN), sp500)
    for figures, curve in (
        (trial.strategy, trial.simulation.curve),
        (trial.benchmark, trial.simulation.benchmark(sp500)),
    ):
        returns = np.diff(curve.values) / curve.values[:-1]
        assert figures.total_return == pytest.approx(curve.values[-1] / curve.values[0] - 1, rel=1e-9)
        assert figures.cagr == pytest.approx(empyrical.annual_return(returns), rel=1e-9)
        assert figures.sharpe == pytest.approx(empyrical.sharpe_ratio(returns), rel=1e-9)
        assert figures.sortino == pytest.approx(empyrical.sortino_ratio(returns), rel=1e-9)
        assert figures.max_drawdown == pytest.approx(empyrical.max_drawdown(returns), rel=1e-9)


def test_early_and_late_make_the_whole_and_costs_bite(sp500: Prices):
    trial = preview(load({"template": "macd_trend"}), sp500)
    (early, _), (late, _) = trial.early, trial.late
    assert (1 + early.total_return) * (1 + late.total_return) == pytest.approx(1 + trial.strategy.total_return)
    assert early.end == late.start
    assert trial.strategy.total_return > trial.stress[0].total_return > trial.stress[1].total_return
    dear = load({"template": "macd_trend", "costs": {"fee": 0.003, "slippage": 0.0015}})
    assert trial.stress[1].total_return == pytest.approx(preview(dear, sp500).strategy.total_return)


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({"entry": {"type": "comparison", "op": ">", "left": {"type": "price"}, "right": 1e9}}, "never trades"),
        ({"template": "buy_and_hold"}, "always in the market"),
        (GOLDEN, "Only 9 trades"),
        ({"entry": {"type": "always"}, "risk": {"max_holding_bars": 1}}, "trades very often"),
        (
            {"template": "momentum", "period": {"end": "1999-12-31"}, "parameters": {"momentum_period": 200}},
            "more than is left",
        ),
    ],
)
def test_a_trial_says_what_to_mistrust(sp500: Prices, spec: dict, said: str):
    assert any(said in warning for warning in preview(load(spec), sp500).warnings)


def test_the_command_prints_and_writes_positions(prices_file, spec_file, tmp_path, capsys, sp500):
    out = tmp_path / "out.csv"
    assert main(["preview", str(spec_file), "--prices", str(prices_file), "--positions", str(out), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["name"], said["symbol"], said["kpis"]["start"]) == ("Golden", "SPY", "1999-10-19")
    rows = list(csv.reader(out.read_text().splitlines()))
    assert rows[0] == ["date", "position"]
    assert len(rows) == len(sp500) + 1
    assert [int(row[1]) for row in rows[1:]] == simulate(load(GOLDEN), sp500).positions.tolist()
    assert rows[1] == ["1999-01-04", "0"]
    assert main(["preview", str(spec_file), "--prices", str(prices_file)]) == 0
    text = capsys.readouterr().out
    assert "Golden on SPY, 1999-10-19 to 2018-12-31" in text
    assert f"{said['kpis']['total_return']:.1%}" in text


@pytest.mark.parametrize(
    ("spec", "prices", "said"),
    [
        (None, "good", "Cannot read"),
        ("{", "good", "not JSON"),
        ('{"template": "sma_crossover", "parameters": {"short_window": 1}}', "good", "short_window is 1"),
        ("{}", "good", "entry is missing"),
        ('{"template": "buy_and_hold"}', None, "Cannot read"),
        ('{"template": "buy_and_hold"}', "date,open\n", "no column high, low, close, volume"),
        (
            '{"template": "buy_and_hold"}',
            "date,open,high,low,close,volume\n2020-01-02,1,1,1,1,1\n",
            "1 row of prices",
        ),
        ('{"template": "sma_crossover"}', "short", "3 bars are too few"),
    ],
)
def test_bad_input_is_one_clear_line_and_exit_2(tmp_path, capsys, spec, prices, said):
    row = "{},10,11,9,10,100\n"
    head = "date,open,high,low,close,volume\n"
    texts = {"good": head + "".join(row.format(f"2020-01-{day:02}") for day in range(1, 30)), "short": head + "".join(row.format(f"2020-01-{day:02}") for day in range(1, 4))}  # fmt: skip
    if spec is not None:
        (tmp_path / "s.json").write_text(spec)
    if prices is not None:
        (tmp_path / "p.csv").write_text(texts.get(prices, prices))
    assert main(["preview", str(tmp_path / "s.json"), "--prices", str(tmp_path / "p.csv"), "--json"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("deskhand preview: ")
    assert captured.err.count("\n") == 1
    assert said in captured.err


def test_positions_that_cannot_be_written_are_named(prices_file, spec_file, tmp_path, capsys):
    where = tmp_path / "no" / "such" / "folder.csv"
    assert main(["preview", str(spec_file), "--prices", str(prices_file), "--positions", str(where)]) == 2
    assert "Cannot write" in capsys.readouterr().err


def test_a_template_of_the_desk_is_found(prices_file, tmp_path, capsys, monkeypatch):
    (tmp_path / "strategies").mkdir()
    (tmp_path / "strategies" / "mondays.yaml").write_text(
        """
        name: mondays
        title: Mondays
        description: In at the close of each Monday, for a day.
        category: other
        long:
          entry: {type: comparison, op: "==", left: {type: calendar, field: day_of_week}, right: 1}
          exit: {type: comparison, op: ">", left: {type: calendar, field: day_of_week}, right: 1}
        """
    )
    (tmp_path / "spec.json").write_text('{"template": "mondays"}')
    monkeypatch.setenv("DESKHAND_HOME", str(tmp_path))
    assert main(["preview", str(tmp_path / "spec.json"), "--prices", str(prices_file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["kpis"]["trades"] > 900
