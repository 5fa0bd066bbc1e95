"""What each engine's file yields: figures in our units, signs and definitions; curves; trades; contradictions told."""

import io
import json
import math
import pickle

import engine_files as made
import numpy as np
import pandas as pd
import pytest

from tools.backtests.codec import dumps, loads
from tools.backtests.model import BacktestRun, Stated
from tools.backtests.readers.read import ENGINES, read_bytes
from tools.backtests.series import returns_of
from tools.errors import BadInput


def only(runs: list[BacktestRun]) -> BacktestRun:
    assert len(runs) == 1
    return runs[0]


def figure(run: BacktestRun, name: str) -> Stated:
    found = [item for item in run.stated if item.name == name]
    assert found, f"{name} is not among {[item.name for item in run.stated]}"
    return found[0]


def day(stamp: object) -> str:
    return str(stamp)[:10]


EXPECTED = {
    "freqtrade": "freqtrade", "lean": "lean", "backtesting": "backtesting.py", "vectorbt": "vectorbt", "backtrader": "backtrader",
    "bt": "bt", "perf": "zipline", "positions.csv": "pyfolio", "transactions": "pyfolio", "nautilus": "nautilus_trader",
    "account": "nautilus_trader", "positions_report": "nautilus_trader", "returns": "returns", "equity": "equity",
}  # fmt: skip


def test_every_file_is_known_by_its_content_alone(files) -> None:
    for name, (content, engine) in files.items():
        runs = read_bytes("download.bin", content, engine)
        wanted = next(value for start, value in sorted(EXPECTED.items(), reverse=True) if name.startswith(start))
        assert {run.engine for run in runs} == {wanted}, name
        for run in runs:
            assert dumps(loads(dumps(run))) == dumps(run)
            for item in run.stated:
                assert math.isfinite(item.value)
                assert item.path
                assert item.definition


def test_engine_named_by_hand_reads_the_same(files) -> None:
    for name, (content, _) in files.items():
        for engine in ENGINES:
            try:
                runs = read_bytes(name, content, engine)
            except BadInput:
                continue
            assert all(run.engine == engine for run in runs), (name, engine)


def test_freqtrade() -> None:
    run = only(read_bytes("x.json", made.as_json(made.freqtrade())))
    source = made.freqtrade_strategy("Alpha")
    assert run.equity is not None
    assert (day(run.start), day(run.end)) == ("2024-02-29", "2024-03-25")
    assert run.equity.values[0] == 1000.0
    assert run.equity.values[-1] == pytest.approx(source["final_balance"])
    assert len(run.equity) == 26
    assert figure(run, "max_drawdown").value == -0.031
    assert figure(run, "max_drawdown_abs").value == -31.0
    assert figure(run, "max_relative_drawdown").value == -0.034
    assert figure(run, "total_return").value == pytest.approx(source["profit_total"])
    assert figure(run, "cagr").annualisation == 365.0
    sharpe = figure(run, "sharpe")
    assert (sharpe.value, sharpe.path) == (1.1, 'strategy."Alpha".wallet_stats.sharpe'), "-100 is not a figure"
    assert figure(run, "average_holding").value == pytest.approx(7200 / 86_400)
    wins = [item for item in run.stated if item.name == "wins"]
    assert [item.value for item in wins] == [source["wins"], source["wins"] + 7]
    assert wins[0].definition != wins[1].definition
    assert any("Wins is stated twice" in note for note in run.notes)
    assert any("Sharpe" in note and "no usable value" in note for note in run.notes)
    assert (run.currency, run.timeframe, run.periods_per_year, run.fee) == ("USDT", "5m", 365.0, 0.001)
    trade, entry = run.trades[0], source["trades"][0]
    assert (trade.symbol, trade.pnl, trade.return_fraction) == (
        entry["pair"],
        entry["profit_abs"],
        entry["profit_ratio"],
    )
    assert trade.costs == pytest.approx(0.001 * (entry["open_rate"] + entry["close_rate"]))
    assert run.configuration["stoploss"] == -0.1


def test_freqtrade_several_strategies_short_and_without_daily_profit() -> None:
    document = made.freqtrade("Alpha", "Beta", short=True)
    del document["strategy"]["Beta"]["daily_profit"]
    document["strategy"]["Beta"]["periodic_breakdown"] = {}
    alpha, beta = read_bytes("x.json", made.as_json(document))
    assert [alpha.name, beta.name] == ["Alpha", "Beta"]
    assert beta.equity is not None
    assert beta.equity.values[-1] == pytest.approx(document["strategy"]["Beta"]["final_balance"])
    assert {trade.side for trade in beta.trades} == {"short"}


def test_freqtrade_without_a_trade_has_no_curve() -> None:
    run = only(read_bytes("x.json", made.as_json(made.freqtrade("Alpha", trades=0))))
    assert run.equity is None
    assert any("no equity curve" in note for note in run.notes)


def test_freqtrade_zip_and_what_lies_beside() -> None:
    assert [run.name for run in read_bytes("x.zip", made.freqtrade_zip())] == ["Alpha", "Beta"]
    for beside in (made.freqtrade_meta(), {"latest_backtest": "backtest-result-2024-05-01.json"}):
        with pytest.raises(BadInput, match=r"without \.meta, or in its zip"):
            read_bytes("x.meta.json", made.as_json(beside))


@pytest.mark.parametrize("pascal", [False, True])
@pytest.mark.parametrize("candles", [False, True])
def test_lean_in_either_casing_and_either_kind_of_point(pascal: bool, candles: bool) -> None:
    run = only(read_bytes("x.json", made.as_json(made.lean(pascal=pascal, candles=candles))))
    assert run.equity is not None
    assert [day(date) for date in run.equity.dates[:3]] == ["2021-01-03", "2021-01-04", "2021-01-05"]
    assert day(run.end) == "2021-01-15"
    assert list(run.equity.values[:4]) == [100_000.0, 100_500.0, 100_100.0, 99_000.0], (
        "the intraday point is not a close"
    )
    assert run.benchmark is not None
    assert list(run.benchmark.dates) == list(run.equity.dates)
    assert (run.name, run.periods_per_year, run.symbols) == ("Calm Fox", 252.0, ("SPY",))
    assert figure(run, "total_return").value == pytest.approx(0.00248)
    assert figure(run, "max_drawdown").value == pytest.approx(-0.313)
    sharpes = [item for item in run.stated if item.name == "sharpe"]
    assert [item.value for item in sharpes] == [2.034, 2.0341]
    assert figure(run, "trade_sharpe").value == 0.31
    assert sorted(item.value for item in run.stated if item.name == "win_rate") == [0.25, 0.25, 0.5]
    assert any(note.startswith("Win rate is stated twice") for note in run.notes)
    assert not any("Sharpe ratio is stated twice" in note for note in run.notes), "only rounded"
    trade = run.trades[0]
    assert (trade.side, trade.pnl, trade.costs) == ("short", 98.0, 2.0)
    assert figure(run, "average_holding").value == pytest.approx(1 + 2 / 24)


def test_lean_statistics_alone_and_their_units() -> None:
    run = only(read_bytes("x.json", made.as_json(made.lean_statistics())))
    assert run.equity is None
    assert {item.name: item.unit for item in run.stated}["fees"] == "currency"
    assert figure(run, "psr_against_1").value == pytest.approx(0.80811)
    assert figure(run, "daily_turnover").value == pytest.approx(1.1989)
    assert figure(run, "initial_capital").value == 100_000
    assert not [item for item in run.stated if item.name == "information_ratio"], "decimal.MaxValue is an overflow"
    assert any("overflown" in note and "Information Ratio" in note for note in run.notes)
    assert run.configuration["Lowest Capacity Asset"] == "SPY R735QTJ8XC9X"


@pytest.mark.parametrize(
    ("mark", "code"),
    [("$", "USD"), ("€", "EUR"), ("₮", "USDT"), ("₹", "INR"), ("Ξ", "ETH"), ("BUSD", "BUSD"), ("CHF", "CHF")],
)
def test_lean_currency_marks(mark: str, code: str) -> None:
    run = only(read_bytes("x.json", made.as_json(made.lean_statistics(mark))))
    assert (run.currency, figure(run, "fees").value) == (code, 199.65)


def test_lean_many_blocks_and_wrapped_results() -> None:
    runs = read_bytes("x.json", made.as_json({"A": made.lean_statistics(), "B": made.lean_statistics("€")}))
    assert [(run.name, run.currency) for run in runs] == [("A", "USD"), ("B", "EUR")]
    wrapped = only(read_bytes("x.json", made.as_json({"success": True, "backtest": made.lean()})))
    assert wrapped.name == "Calm Fox"


def test_backtesting_py(files) -> None:
    stats = made.backtesting_py()
    run = only(read_bytes("s.json", files["backtesting_stats.json"][0]))
    assert run.strategy == "Weekly"
    assert figure(run, "total_return").value == pytest.approx(stats["Return [%]"] / 100)
    assert figure(run, "max_drawdown").value == pytest.approx(stats["Max. Drawdown [%]"] / 100)
    assert figure(run, "max_drawdown").value < 0
    assert "geometric" in figure(run, "sharpe").definition
    assert figure(run, "max_drawdown_days").value == stats["Max. Drawdown Duration"].days
    by_csv = only(read_bytes("s.csv", files["backtesting_stats.csv"][0]))
    assert {item.name: item.value for item in by_csv.stated} == pytest.approx(
        {item.name: item.value for item in run.stated}
    )
    curve = only(read_bytes("c.csv", files["backtesting_curve.csv"][0]))
    assert curve.equity is not None
    assert curve.equity.values.tolist() == pytest.approx(stats["_equity_curve"]["Equity"].tolist())
    trades = only(read_bytes("t.csv", files["backtesting_trades.csv"][0])).trades
    assert [trade.pnl for trade in trades] == pytest.approx(stats["_trades"]["PnL"].tolist())
    assert trades[0].bars == stats["_trades"]["ExitBar"][0] - stats["_trades"]["EntryBar"][0]


@pytest.mark.parametrize("dates", ["epoch", "iso"])
@pytest.mark.parametrize("orient", ["columns", "split", "records"])
def test_backtesting_py_curve_and_trades_inside_the_json(orient: str, dates: str) -> None:
    stats = made.backtesting_py()
    curve, trades = stats["_equity_curve"], stats["_trades"]
    frames = (curve.reset_index(), trades) if orient == "records" else (curve, trades)
    document = {
        **json.loads(made.backtesting_py_json()),
        "_equity_curve": json.loads(made.frame_json(frames[0], orient=orient, date_format=dates)),
        "_trades": json.loads(made.frame_json(frames[1], orient=orient, date_format=dates)),
    }
    run = only(read_bytes("s.json", made.as_json(document)))
    assert run.equity is not None
    assert run.equity.values[-1] == pytest.approx(stats["Equity Final [$]"])
    assert day(run.start) == "2019-01-02"
    assert len(run.trades) == stats["# Trades"]


def test_vectorbt() -> None:
    run = only(read_bytes("x.json", made.as_json(made.vectorbt())))
    assert figure(run, "max_drawdown").value == pytest.approx(-0.0725)
    assert figure(run, "total_return").value == pytest.approx(0.125)
    assert figure(run, "sharpe").annualisation == 365.0
    assert "365" in figure(run, "sharpe").definition
    assert figure(run, "trades").value == 6
    assert any("Profit factor, Sortino ratio" in note for note in run.notes)
    table = pd.DataFrame([made.vectorbt(), made.vectorbt()], index=["10/30", "20/50"]).to_csv().encode()
    assert [one.name for one in read_bytes("x.csv", table)] == ["10/30", "20/50"]
    closed, still = only(read_bytes("t.csv", made.vectorbt_trades())).trades
    assert (closed.side, closed.pnl, closed.costs) == ("long", 97.9, pytest.approx(2.1))
    assert (still.side, still.exit_date, still.exit_price) == ("short", None, None)


def test_backtrader() -> None:
    run = only(read_bytes("x.json", made.as_json(made.backtrader())))
    own = made.returns(4, 60)
    assert run.equity is not None
    assert day(run.start) == "2019-01-01"
    assert day(run.equity.dates[1]) == "2019-01-02"
    assert run.equity.values[0] == 50_000
    assert returns_of(run.equity.values).tolist() == pytest.approx(own.tolist())
    assert figure(run, "max_drawdown").value == -0.125
    assert figure(run, "annual_return").value == 0.08
    assert figure(run, "log_return").unit == "ratio"
    assert figure(run, "trades").value == 12
    assert figure(run, "largest_loss").value == -900
    assert figure(run, "return_2019").value == 0.1
    assert (run.trades[0].pnl, run.trades[0].symbol) == (40.0, "SPY")
    assert "yearly" in figure(run, "sharpe").definition


@pytest.mark.parametrize(
    "wrap",
    [
        lambda found: [found],
        lambda found: {"MyStrategy": found},
        lambda found: [{"strategy": "MyStrategy", "analyzers": found}],
        lambda found: {"run": [{"MyStrategy": found}]},
        lambda found: {**found, "pyfolio": {"returns": found["timereturn"], "positions": {}, "transactions": {}}},
    ],
)
def test_backtrader_nested_in_other_ways(wrap) -> None:
    run = only(read_bytes("x.json", made.as_json(wrap(made.backtrader()))))
    assert figure(run, "trades").value == 12
    assert run.equity is not None


def test_one_analyzer_alone() -> None:
    run = only(read_bytes("x.json", made.as_json(made.backtrader()["trades"])))
    assert figure(run, "wins").value == 7
    assert figure(only(read_bytes("x.json", made.as_json({"sharperatio": 0.5}))), "sharpe").value == 0.5
    two = read_bytes("x.json", made.as_json({"A": made.backtrader(), "B": made.backtrader()}))
    assert [run.name for run in two] == ["A", "B"]


@pytest.mark.parametrize("name", ["bt_raw.csv", "bt_raw.json", "bt_formatted.csv", "bt_one.csv"])
def test_bt(files, name: str) -> None:
    stats = made.bt_result().stats
    runs = read_bytes("x", files[name][0])
    if name != "bt_one.csv":
        assert [run.name for run in runs] == ["monthly", "once, held"]
    near = {"abs": 0.006} if "formatted" in name else {"rel": 1e-6}
    for run, column in zip(runs, stats.columns, strict=False):
        for ours, theirs in (
            ("total_return", "total_return"),
            ("sharpe", "daily_sharpe"),
            ("volatility", "daily_vol"),
            ("max_drawdown", "max_drawdown"),
        ):
            assert figure(run, ours).value == pytest.approx(stats[column][theirs], **near)
        assert figure(run, "max_drawdown").value < 0
        assert figure(run, "average_drawdown_days").unit == "days"


def test_bt_prices_and_transactions(files) -> None:
    runs = read_bytes("p.csv", files["bt_prices.csv"][0], "bt")
    assert [run.name for run in runs] == ["monthly", "once, held"]
    content = made.bt_result().get_transactions("monthly").to_csv().encode()
    trades = only(read_bytes("t.csv", content)).trades
    assert {trade.symbol for trade in trades} == {"spy", "agg"}


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("close", [True, False])
def test_zipline(protocol: int, close: bool) -> None:
    run = only(read_bytes("x.pickle", made.perf_pickle(protocol, close=close)))
    frame = made.perf()
    assert run.equity is not None
    assert [day(date) for date in run.equity.dates[:2]] == ["2019-01-01", "2019-01-02"]
    assert run.equity.values[0] == 10_000
    assert returns_of(run.equity.values).tolist() == pytest.approx(frame["returns"].tolist())
    assert figure(run, "sharpe").value == pytest.approx(1.3), "the last row counts"
    assert figure(run, "max_drawdown").value == pytest.approx(-0.05)
    assert figure(run, "sessions").value == 80
    assert run.benchmark is not None
    assert run.benchmark.values[-1] == pytest.approx(1 + frame["benchmark_period_return"].iloc[-1])
    assert (day(run.trades[0].entry_date), run.trades[0].pnl, run.symbols) == ("2019-01-04", 50.0, ("AAPL",))
    assert run.exposure is not None


def test_zipline_with_money_paid_in_grows_by_its_returns() -> None:
    frame = made.perf()
    frame.loc[frame.index[40] :, "portfolio_value"] += 5000.0
    run = only(read_bytes("x.pickle", pickle.dumps(frame)))
    assert run.equity is not None
    assert returns_of(run.equity.values).tolist() == pytest.approx(frame["returns"].tolist())
    assert any("paid in or out" in note for note in run.notes)


def test_zipline_csv_and_json(files) -> None:
    by_csv = only(read_bytes("x", files["perf.csv"][0]))
    by_json = only(
        read_bytes("x", made.perf().drop(columns=["positions", "transactions"]).to_json(date_format="iso").encode())
    )
    by_pickle = only(read_bytes("x", files["perf.pickle"][0]))
    for run in (by_csv, by_json):
        assert run.equity is not None
        assert by_pickle.equity is not None
        assert run.equity.values.tolist() == pytest.approx(by_pickle.equity.values.tolist())
        assert list(run.equity.dates) == list(by_pickle.equity.dates)


def test_pyfolio() -> None:
    run = only(read_bytes("x.csv.gz", made.positions()))
    assert run.equity is not None
    assert run.exposure is not None
    assert run.symbols == ("AMD", "DELL")
    assert run.equity.values[0] == pytest.approx(4000 * (1 + made.returns(7, 40).iloc[0]) - 1000 + 7000)
    assert run.exposure.values[0] == pytest.approx(1 - 7000 / run.equity.values[0])
    first, second, third = only(read_bytes("t.csv", made.transactions())).trades
    assert (first.side, first.quantity, first.pnl) == ("long", 4.0, 4.0)
    assert (second.quantity, second.pnl) == (6.0, 9.0)
    assert (third.side, third.quantity, third.pnl) == ("short", 4.0, 4.0)


def test_nautilus() -> None:
    run = only(read_bytes("x.json", made.as_json(made.nautilus())))
    assert figure(run, "total_return").value == pytest.approx(0.12505)
    assert figure(run, "sharpe").annualisation == 252
    assert figure(run, "cagr").annualisation == 365
    assert figure(run, "max_drawdown").value == -0.08
    assert (run.currency, run.configuration["backtest_start"]) == ("USDT", "2020-01-01T00:00:00")
    assert any("Largest loss" in note for note in run.notes)
    for alone in (made.nautilus()["stats_returns"], made.nautilus()["stats_pnls"]["USDT"]):
        assert only(read_bytes("x.json", made.as_json(alone))).stated
    account = only(read_bytes("a.csv", made.nautilus_account()))
    assert account.equity is not None
    assert (account.currency, account.equity.values.tolist()) == (
        "USDT",
        [1_000_000.0, 1_000_000.0, 999_000.5, 999_000.5, 1_001_000.0],
    )
    trade = only(read_bytes("p.csv", made.nautilus_positions())).trades[0]
    assert (trade.side, trade.quantity, trade.pnl, trade.costs) == ("short", 10.0, 48.8, 1.2)


def test_returns_or_equity_is_asked_and_answered_by_the_engine(files) -> None:
    content = files["returns.csv"][0]
    with pytest.raises(BadInput, match=r"`returns` .* or as `equity`"):
        read_bytes("x.csv", content)
    run = only(read_bytes("x.csv", content, "returns"))
    assert run.equity is not None
    own = made.returns()
    assert returns_of(run.equity.values).tolist() == pytest.approx(own.tolist())
    assert day(run.equity.dates[1]) == "2019-01-02"
    with pytest.raises(BadInput, match="cannot be an equity curve"):
        read_bytes("x.csv", content, "equity")
    equity = only(read_bytes("x.csv", files["equity.csv"][0], "equity"))
    assert equity.equity is not None
    assert len(equity.equity) == len(own)


def test_plain_numbers_in_parquet_and_json(tmp_path) -> None:
    import duckdb

    path = tmp_path / "x.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT DATE '2020-01-01' + i::INT AS date, sin(i)/100 AS strategy, cos(i)/100 AS benchmark FROM range(50) t(i)) TO '{path}'"
        )
    run = only(read_bytes("x", path.read_bytes(), "returns"))
    assert run.equity is not None
    assert run.benchmark is not None
    assert returns_of(run.equity.values).tolist() == pytest.approx([math.sin(i) / 100 for i in range(50)])
    assert returns_of(run.benchmark.values).tolist() == pytest.approx([math.cos(i) / 100 for i in range(50)])
    series = made.returns()
    for orient, dates in (("index", "epoch"), ("split", "iso")):
        again = only(read_bytes("x", made.frame_json(series, orient=orient, date_format=dates).encode(), "returns"))
        assert again.equity is not None
        assert returns_of(again.equity.values).tolist() == pytest.approx(series.tolist(), abs=1e-9)


def test_own_format_is_read_whole() -> None:
    run = only(read_bytes("x.json", made.as_json(made.lean())))
    again = only(read_bytes("y.json", dumps(run).encode()))
    assert dumps(again) == dumps(run)


def test_a_list_or_object_of_results_is_read_one_by_one() -> None:
    listed = read_bytes("x.json", made.as_json([made.vectorbt(), made.nautilus()]))
    assert [run.engine for run in listed] == ["vectorbt", "nautilus_trader"]
    named = read_bytes("x.json", made.as_json({"fast": made.vectorbt(), "slow": made.vectorbt()}))
    assert [run.name for run in named] == ["fast", "slow"]


def test_unknown_engine_and_unknown_file() -> None:
    with pytest.raises(BadInput, match="freqtrade, lean"):
        read_bytes("x.json", b"{}", "metatrader")
    with pytest.raises(BadInput, match="name the engine"):
        read_bytes("x.json", b'{"hello": [1, {"a": 2}]}')
    with pytest.raises(BadInput, match="not a result of freqtrade"):
        read_bytes("x.json", made.as_json(made.vectorbt()), "freqtrade")
    assert only(read_bytes("x.json", made.as_json(made.lean()), "QuantConnect")).engine == "lean"


def test_monthly_returns_start_a_month_earlier() -> None:
    content = b"date,r\n2020-01-31,0.01\n2020-02-29,0.02\n2020-03-31,-0.01\n"
    run = only(read_bytes("x.csv", content, "returns"))
    assert day(run.start) == "2019-12-31"
    frame = pd.read_csv(io.BytesIO(content))
    assert run.equity is not None
    assert run.equity.values[-1] == pytest.approx(np.prod(1 + frame["r"]))


def test_backtesting_py_of_bars_without_dates() -> None:
    document = {
        **json.loads(made.backtesting_py_json()),
        "Start": 0.0,
        "End": 1828.0,
        "Max. Drawdown Duration": 1085.0,
        "_equity_curve": {"Equity": {"0": 100.0, "1": 101.0}, "DrawdownPct": {"0": 0.0, "1": 0.0}},
    }
    run = only(read_bytes("x.json", made.as_json(document)))
    longest = figure(run, "max_drawdown_days")
    assert (longest.value, longest.unit) == (1085.0, "bars")
    assert run.equity is None
    assert any("no dates" in note for note in run.notes)


def test_durations_in_milliseconds_or_of_no_known_unit() -> None:
    document = json.loads(made.backtesting_py_json())
    epoch = only(
        read_bytes(
            "x.json", made.as_json({**document, "Start": 1546387200000, "Max. Drawdown Duration": 86_400_000 * 9})
        )
    )
    assert figure(epoch, "max_drawdown_days").value == 9
    unknown = only(read_bytes("x.json", made.as_json({**document, "Max. Drawdown Duration": 41})))
    assert not [item for item in unknown.stated if item.name == "max_drawdown_days"]


STATS = {
    "Start": "2020-01-01",
    "Return [%]": 12.5,
    "Max. Drawdown [%]": -4.0,
    "Equity Final [$]": 11250.0,
    "# Trades": 7,
}


@pytest.mark.parametrize("shape", ["rows", "columns", "printed", "within"])
def test_statistics_beside_each_other_printed_and_within_an_object(shape: str) -> None:
    names = list(STATS)
    contents = {
        "rows": ",".join(("", *names))
        + "".join(f"\n{run}," + ",".join(str(STATS[n]) for n in names) for run in "AB"),
        "columns": ",A,B" + "".join(f"\n{name},{STATS[name]},{STATS[name]}" for name in names),
        "printed": "\n".join(f"{name:<40}{value}" for name, value in STATS.items()) + "\ndtype: object",
        "within": json.dumps({"symbol": "X", "stats": STATS}),
    }
    runs = read_bytes("own.csv", contents[shape].encode())
    assert [run.name for run in runs] == (["A", "B"] if shape in ("rows", "columns") else ["own"])
    for run in runs:
        assert run.engine == "backtesting.py"
        stated = {item.name: item.value for item in run.stated}
        assert stated["total_return"] == pytest.approx(0.125)
        assert stated["max_drawdown"] == pytest.approx(-0.04)


def test_a_few_figures_of_vectorbt_for_each_portfolio() -> None:
    header = "symbol,strategy,Total Return [%],Sharpe Ratio,Max Drawdown [%]"
    runs = read_bytes("m.csv", f"{header}\nA,Cross,-3.5,1.2,20\nB,Cross,4.5,0.2,10\n".encode())
    assert [(run.name, run.engine) for run in runs] == [("A Cross", "vectorbt"), ("B Cross", "vectorbt")]
    assert {item.name: item.value for item in runs[0].stated}["max_drawdown"] == pytest.approx(-0.2)


def test_trades_of_freqtrade_alone() -> None:
    header = "pair,stake_amount,amount,open_date,close_date,open_rate,close_rate,fee_open,fee_close,profit_ratio,profit_abs,is_short"
    rows = [
        "BTC/USDT,100,0.01,2024-01-02 00:05:00+00:00,2024-01-02 03:00:00+00:00,10000,10100,0.001,0.001,0.008,0.8,False",
        "ETH/USDT,100,0.1,2024-01-02 00:05:00+00:00,2024-01-03 03:00:00+00:00,1000,990,0.001,0.001,0.008,0.8,True",
    ]
    (run,) = read_bytes("trades.csv", "\n".join([header, *rows]).encode())
    assert run.engine == "freqtrade"
    assert [trade.side for trade in run.trades] == ["long", "short"]
    assert run.trades[0].pnl == 0.8
    assert run.currency == ""


PNLS = {"PnL (total)": 108.5, "PnL% (total)": 10.85, "Win Rate": 0.4}
RETURNS = {"Sharpe Ratio (252 days)": 1.5, "Average (Return)": 0.01, "Profit Factor": 1.2}


def test_statistics_of_nautilus_as_people_name_their_parts() -> None:
    document = {"pnls": PNLS, "returns": RETURNS, "general": {"Long Ratio": 0.5}}
    (run,) = read_bytes("perf.json", json.dumps(document).encode())
    assert {item.name: item.value for item in run.stated} | {
        "sharpe": 1.5,
        "total_return": 0.1085,
        "long_share": 0.5,
    } == {item.name: pytest.approx(item.value) for item in run.stated}
    (alone,) = read_bytes("returns.csv", ("," + "0\n" + "\n".join(f"{k},{v}" for k, v in RETURNS.items())).encode())
    assert alone.engine == "nautilus_trader"


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        ("total,locked,free,currency\n1000.00,0,1000.00,USD\n1001.00,0,1001.00,USD\n", "without its dates"),
        (
            "client_order_id,trader_id,strategy_id,instrument_id,venue_order_id,last_qty\nA,B,C,D,E,5\n",
            "positions report",
        ),
    ],
)
def test_reports_of_nautilus_that_lack_what_is_needed(content: str, wanted: str) -> None:
    with pytest.raises(BadInput, match=wanted):
        read_bytes("report.csv", content.encode())


def test_a_balance_is_carried_over_the_days_without_a_change() -> None:
    rows = [
        "2024-01-02 10:00:00+00:00,1000.00",
        "2024-01-02 15:00:00+00:00,1010.00",
        "2024-01-08 15:00:00+00:00,990.00",
    ]
    report = ",total,locked,free,currency\n" + "\n".join(f"{row},0,0,USD" for row in rows)
    (run,) = read_bytes("account.csv", report.encode())
    assert run.equity is not None
    assert run.equity.values.tolist() == [1000.0, 1010.0, 1010.0, 1010.0, 1010.0, 990.0]
    assert [str(day)[:10] for day in run.equity.dates[[0, 1, -1]]] == ["2024-01-01", "2024-01-02", "2024-01-08"]


def test_freqtrade_counts_what_was_closed_by_force_at_the_end() -> None:
    document = made.freqtrade()
    (result,) = document["strategy"].values()
    result.pop("daily_profit")
    result["trades"][-1]["is_open"] = True
    (run,) = read_bytes("result.json", made.as_json(document))
    assert run.equity is not None
    gained = sum(trade["profit_abs"] for trade in result["trades"])
    assert run.equity.values[-1] - run.equity.values[0] == pytest.approx(gained)
