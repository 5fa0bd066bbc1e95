"""Tables of people's own engines: which column is the curve, how its numbers and dates are dressed, what is no curve."""

import json
from datetime import datetime, timedelta

import pytest

from tools.backtests.model import BacktestRun
from tools.backtests.readers.column_names import Kind, chosen, is_benchmark
from tools.backtests.readers.read import read_bytes
from tools.errors import BadInput

DAYS = [f"{datetime(2020, 1, 13) + timedelta(days=n):%Y-%m-%d}" for n in range(30)]
EQUITY = [100_000.0 + 250.5 * n for n in range(30)]


def runs(content: str, engine: str = "equity") -> list[BacktestRun]:
    return read_bytes("own.csv", content.encode(), engine)


def values(run: BacktestRun) -> list[float]:
    assert run.equity is not None
    return run.equity.values.tolist()


@pytest.mark.parametrize(
    ("names", "kind", "wanted"),
    [
        (["close", "rsi", "equity", "drawdown", "peak_equity", "cumulative_return"], "equity", ["equity"]),
        (["price", "signal", "returns", "strategy_returns", "equity"], "returns", ["strategy_returns"]),
        (["daily_return", "strategy_return", "buy_hold_equity", "equity"], "equity", ["buy_hold_equity", "equity"]),
        (["total_value", "returns"], "equity", ["total_value"]),
        (["trade_num", "equity"], "equity", ["equity"]),
        (["stop_loss", "lots", "portfolioValue"], "equity", ["portfolioValue"]),
        (["low_vol", "momentum_12_1", "BENCH_SPY"], "equity", ["low_vol", "momentum_12_1", "BENCH_SPY"]),
        (["close", "volume"], "equity", []),
        (["close"], "equity", ["close"]),
        (["持仓数", "周收益(%)", "NAV"], "equity", ["NAV"]),
        (["n_stocks", "portfolio_ret", "avg_score"], "returns", ["portfolio_ret"]),
    ],
)
def test_the_column_is_chosen_by_its_name(names: list[str], kind: Kind, wanted: list[str]) -> None:
    assert [name for name in names if name in chosen(names, kind)] == wanted


def test_a_benchmark_is_known_by_its_name() -> None:
    assert all(is_benchmark(name) for name in ("benchmark", "bench_ret", "buy_hold_equity", "Buy & Hold", "dd_bm"))
    assert not any(is_benchmark(name) for name in ("equity", "hold", "buyer"))


def test_among_many_columns_only_the_equity_is_read() -> None:
    rows = [
        f"{day},{n},{value},{-n / 100},{value / 2}" for n, (day, value) in enumerate(zip(DAYS, EQUITY, strict=True))
    ]
    found = runs("date,rsi,equity,drawdown,benchmark_equity\n" + "\n".join(rows))
    assert len(found) == 1
    assert values(found[0]) == EQUITY
    assert found[0].benchmark is not None
    assert found[0].benchmark.values.tolist() == [value / 2 for value in EQUITY]


@pytest.mark.parametrize(
    "dressed",
    [
        "${:,.2f}", "{:,.2f} EUR", "USD {:,.2f}", "€{:,.2f}", "{:.2f}$", "{:,.2f}", "{:.6e}",
    ],
)  # fmt: skip
def test_money_is_read_whatever_it_is_dressed_in(dressed: str) -> None:
    rows = [f'{day},"{dressed.format(value)}"' for day, value in zip(DAYS, EQUITY, strict=True)]
    assert values(runs("date,balance\n" + "\n".join(rows))[0]) == pytest.approx(EQUITY, rel=1e-6)


@pytest.mark.parametrize(("group", "point"), [("'", "."), ("\u202f", ","), (" ", ","), ("\u00a0", ",")])
def test_thousands_of_all_countries(group: str, point: str) -> None:
    def written(value: float) -> str:
        return f"{value:,.2f}".replace(",", "_").replace(".", point).replace("_", group)

    rows = [f"{day};{written(value)}" for day, value in zip(DAYS, EQUITY, strict=True)]
    assert values(runs("Datum;Wert\n" + "\n".join(rows))[0]) == EQUITY


def test_lakhs_and_brackets() -> None:
    assert values(runs('date,v\n2020-01-02,"₹12,34,567.89"\n2020-01-03,"₹12,34,667.89"\n')[0]) == [
        1234567.89,
        1234667.89,
    ]
    run = runs("date,r\n2020-01-02,1.00%\n2020-01-03,(0.50%)\n2020-01-06,0.25%\n", "returns")[0]
    assert values(run) == pytest.approx([1, 1.01, 1.01 * 0.995, 1.01 * 0.995 * 1.0025])


@pytest.mark.parametrize(
    ("form", "wanted"),
    [
        ("%d-%b-%y", "2020-01-13"), ("%a %d %b %Y", "2020-01-13"), ("%A, %d %B %Y", "2020-01-13"), ("%Y年%m月%d日", "2020-01-13"),
        ("%m/%d/%Y 04:30:00 PM", "2020-01-13"), ("%Y-%m-%d 4:30 pm", "2020-01-13"), ("%b-%Y", "2020-01-31"), ("%B %Y", "2020-01-31"),
        ("%Y/%m", "2020-01-31"),
    ],
)  # fmt: skip
def test_dates_in_words_and_half_days(form: str, wanted: str) -> None:
    stamps = [datetime(2020, 1, 13), datetime(2020, 2, 14), datetime(2020, 3, 16)]
    found = runs("date,equity\n" + "\n".join(f'"{stamp.strftime(form)}",{100 + n}' for n, stamp in enumerate(stamps)))
    assert found[0].equity is not None
    assert str(found[0].equity.dates[0])[:10] == wanted


def test_years_are_dates_in_a_column_of_years() -> None:
    run = runs("Year,NAV\n2018,1.0\n2019,1.2\n2020,1.1\n")[0]
    assert run.equity is not None
    assert [str(day)[:10] for day in run.equity.dates] == ["2018-12-31", "2019-12-31", "2020-12-31"]


def test_years_of_two_digits_are_asked_about() -> None:
    with pytest.raises(BadInput, match="two digits, as in '13/01/20'"):
        runs("date,equity\n13/01/20,100\n14/01/20,101\n")


def test_the_time_of_day_may_have_its_own_column() -> None:
    run = runs("date,time,equity\n2020-01-13,09:30,100\n2020-01-13,16:00,101\n2020-01-14,16:00,102\n")[0]
    assert run.equity is not None
    assert str(run.equity.dates[1]) == "2020-01-13T16:00:00"


@pytest.mark.parametrize(
    "above",
    [
        "My report\n\n", "# made by hand\n# in 2020\n", "My report;;\n",
        "Price,equity,x\nTicker,AAPL,\nDate,,\n",
    ],
)  # fmt: skip
def test_titles_and_names_of_several_levels_stand_above_the_table(above: str) -> None:
    header = "" if above.startswith("Price") else "date,equity,x\n"
    content = above + header + "\n".join(f"{day},{value},1" for day, value in zip(DAYS, EQUITY, strict=True))
    assert values(runs(content.replace(";", ","))[0]) == EQUITY


def test_a_row_cut_off_at_the_end_is_no_remark() -> None:
    with pytest.raises(BadInput, match="row 4 has another number"):
        runs("date,equity\n2020-01-13,100\n2020-01-14,101\n2020-01-1\n")


@pytest.mark.parametrize(
    "document",
    [
        {"dates": DAYS, "equity": EQUITY},
        {"symbol": "SPY", "equity_curve": [{"date": d, "equity": v} for d, v in zip(DAYS, EQUITY, strict=True)],
         "trades": [{"date": DAYS[0], "side": "BUY", "price": 1.0}, {"date": DAYS[1], "side": "SELL", "price": 2.0}]},
        {"meta": {"a": 1}, "nav": dict(zip(DAYS, EQUITY, strict=True))},
    ],
)  # fmt: skip
def test_a_curve_within_an_object(document: object) -> None:
    with pytest.raises(BadInput, match=r"`returns` .* or as `equity`"):
        read_bytes("own.json", json.dumps(document).encode())
    run = read_bytes("own.json", json.dumps(document).encode(), "equity")[0]
    assert values(run) == EQUITY


def test_objects_one_a_line() -> None:
    lines = "\n".join(json.dumps({"date": d, "equity": v}) for d, v in zip(DAYS, EQUITY, strict=True))
    assert values(read_bytes("own.jsonl", lines.encode(), "equity")[0]) == EQUITY


@pytest.mark.parametrize(
    "content",
    [
        "entry_date,exit_date,entry_price,exit_price,pnl\n2020-01-02,2020-01-05,10,11,1\n2020-01-06,2020-01-08,11,12,1\n",
        "Date,Ticker,Direction,Quantity\n2020-01-02,A,BUY,5\n2020-01-03,A,SELL,5\n",
    ],
)
def test_trades_are_no_curve(content: str) -> None:
    for engine in (None, "equity", "returns"):
        with pytest.raises(BadInput, match="list of trades or orders"):
            read_bytes("own.csv", content.encode(), engine)


def test_a_question_says_what_there_is() -> None:
    with pytest.raises(BadInput, match=r"dates and numbers \(equity, returns\)"):
        read_bytes("own.csv", b"date,equity,returns\n2020-01-02,100,0\n2020-01-03,101,0.01\n")


def test_equity_said_to_be_returns_is_not_believed() -> None:
    with pytest.raises(BadInput, match="beyond all bounds"):
        runs("date,v\n" + "\n".join(f"{day},{1 + n / 10}" for n, day in enumerate(DAYS)), "returns")


@pytest.mark.parametrize(
    ("cells", "currency"),
    [
        (["$1,000.00", "$1,001.00"], "USD"), (["1000 EUR", "1001 EUR"], "EUR"), (["CHF 1000", "CHF 1001"], "CHF"),
        (["1000", "1001"], ""), (["$1000", "€1001"], ""), (["$1000", "1001"], ""),
    ],
)  # fmt: skip
def test_the_currency_is_known_only_where_the_file_says_it(cells: list[str], currency: str) -> None:
    run = runs("date,equity\n" + "\n".join(f'{day},"{cell}"' for day, cell in zip(DAYS, cells, strict=False)))[0]
    assert run.currency == currency


@pytest.mark.parametrize("column", ["equity", "total", "portfolio_value", "nav"])
def test_an_account_with_its_cash_beside_it_is_no_list_of_positions(column: str) -> None:
    content = f"date,{column},cash\n2020-01-02,1000,400\n2020-01-03,1010,400\n"
    with pytest.raises(BadInput, match=r"`returns` .* or as `equity`"):
        read_bytes("own.csv", content.encode())
    (run,) = runs(content)
    assert values(run) == [1000.0, 1010.0]
