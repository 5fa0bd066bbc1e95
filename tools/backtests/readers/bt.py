"""bt (and ffn): statistics of one or several strategies, transactions; and, if asked for, prices of the strategies.

Statistics come in three ways: raw, as `result.stats.to_csv()` or `.to_json()` write them (fractions); formatted, as
`result.to_csv()` writes them ("-6.73%"); and as a Series of one strategy. `max_drawdown` is negative as here. A CSV of
`result.prices` (growth of 100) does not say that it is that: name the engine.

Daily figures are annualised with 252, monthly with 12; the Sharpe ratio without a word before it is the daily one; monthly and
yearly ones are figures of their own. CAGR counts a year of 365.25 days. Skewness and kurtosis are of the sample.
"""

from collections.abc import Mapping

from tools.backtests.model import BacktestRun
from tools.backtests.readers import plain
from tools.backtests.readers.dates import moment_of
from tools.backtests.readers.document import MAX_RUNS, Document, Json, Table, obj, plain_name, statistics, text, wrong
from tools.backtests.readers.numbers import marked, number
from tools.backtests.readers.round_trips import Fill, trades_of
from tools.backtests.readers.stated import Metric, contradictions, state
from tools.errors import BadInput

ENGINE = "bt"


def _figure(value: object) -> float | None:
    """A number as it is, or as text with or without a percent sign, which then is a fraction."""
    found = marked(value) if isinstance(value, str) else None
    return found[0] if found is not None else number(value)


def _metric(name: str, unit: str, definition: str, label: str, annualisation: float | None = None) -> Metric:
    kind = "fraction" if unit == "fraction" else "days" if unit == "days" else "ratio"
    return Metric(name, kind, definition, label, annualisation=annualisation, read=_figure)  # type: ignore[arg-type]


def _of_period(word: str, periods: float | None) -> dict[str, Metric]:
    key, said = word.lower(), f"of {word.lower()} returns"
    return {
        f"{key}_sharpe": _metric(
            "sharpe" if key == "daily" else f"{key}_sharpe",
            "ratio",
            f"mean over standard deviation {said}, a year",
            f"{word} Sharpe",
            periods,
        ),
        f"{key}_sortino": _metric(
            "sortino" if key == "daily" else f"{key}_sortino",
            "ratio",
            f"mean over downside deviation {said}, a year",
            f"{word} Sortino",
            periods,
        ),
        f"{key}_mean": _metric(f"{key}_mean", "fraction", f"arithmetic mean {said}, a year", f"{word} mean", periods),
        f"{key}_vol": _metric(
            "volatility" if key == "daily" else f"{key}_vol",
            "fraction",
            f"standard deviation {said}, a year",
            f"{word} volatility",
            periods,
        ),
        f"{key}_skew": _metric(
            "skewness" if key == "daily" else f"{key}_skew", "ratio", f"skewness {said}", f"{word} skewness"
        ),
        f"{key}_kurt": _metric(
            "kurtosis" if key == "daily" else f"{key}_kurt", "ratio", f"excess kurtosis {said}", f"{word} kurtosis"
        ),
    }


_METRICS = {
    "rf": _metric("risk_free_rate", "fraction", "risk-free rate a year", "Risk-free rate"),
    "total_return": _metric("total_return", "fraction", "last over first price, less 1", "Total return"),
    "cagr": _metric("cagr", "fraction", "growth a year of 365.25 days", "CAGR", 365.25),
    "max_drawdown": _metric(
        "max_drawdown", "fraction", "largest fall of the price from its peak", "Maximum drawdown"
    ),
    "calmar": _metric("calmar", "ratio", "CAGR over the maximum drawdown", "Calmar ratio"),
    "mtd": _metric("return_mtd", "fraction", "return of the last month to date", "Month to date"),
    "three_month": _metric("return_3m", "fraction", "return of the last three months", "3 months"),
    "six_month": _metric("return_6m", "fraction", "return of the last six months", "6 months"),
    "ytd": _metric("return_ytd", "fraction", "return of the last year to date", "Year to date"),
    "one_year": _metric("return_1y", "fraction", "return of the last year", "1 year"),
    "three_year": _metric("return_3y", "fraction", "return a year over the last three years", "3 years a year"),
    "five_year": _metric("return_5y", "fraction", "return a year over the last five years", "5 years a year"),
    "ten_year": _metric("return_10y", "fraction", "return a year over the last ten years", "10 years a year"),
    "incep": _metric("return_inception", "fraction", "return a year since the start", "Since the start a year"),
    **_of_period("Daily", 252.0),
    "best_day": _metric("best_day", "fraction", "highest daily return", "Best day"),
    "worst_day": _metric("worst_day", "fraction", "lowest daily return", "Worst day"),
    **_of_period("Monthly", 12.0),
    "best_month": _metric("best_month", "fraction", "highest monthly return", "Best month"),
    "worst_month": _metric("worst_month", "fraction", "lowest monthly return", "Worst month"),
    **_of_period("Yearly", 1.0),
    "best_year": _metric("best_year", "fraction", "highest yearly return", "Best year"),
    "worst_year": _metric("worst_year", "fraction", "lowest yearly return", "Worst year"),
    "avg_drawdown": _metric("average_drawdown", "fraction", "mean depth of the drawdowns", "Average drawdown"),
    "avg_drawdown_days": _metric(
        "average_drawdown_days", "days", "mean length of the drawdowns", "Average drawdown length"
    ),
    "avg_up_month": _metric("average_up_month", "fraction", "mean return of months with a gain", "Average up month"),
    "avg_down_month": _metric(
        "average_down_month", "fraction", "mean return of months with a loss", "Average down month"
    ),
    "win_year_perc": _metric("winning_years", "fraction", "years with a gain over all years", "Winning years"),
    "twelve_month_win_perc": _metric(
        "winning_12_months", "fraction", "spans of twelve months with a gain over all", "Winning 12 months"
    ),
}
_SHOWN = {
    "riskfreerate": "rf",
    "totalreturn": "total_return",
    "calmarratio": "calmar",
    "sharpe": "daily_sharpe",
    "maxdrawdown": "max_drawdown",
    "3m": "three_month",
    "6m": "six_month",
    "1y": "one_year",
    "3yann": "three_year",
    "5yann": "five_year",
    "10yann": "ten_year",
    "sinceincepann": "incep",
    "dailymeanann": "daily_mean",
    "dailyvolann": "daily_vol",
    "monthlymeanann": "monthly_mean",
    "monthlyvolann": "monthly_vol",
    "winyear%": "win_year_perc",
    "win12m%": "twelve_month_win_perc",
}
_TELLING = frozenset(
    ("total_return", "cagr", "max_drawdown", "calmar", "mtd", "ytd", "incep", "daily_sharpe", "monthly_sharpe")
)


def matches(document: Document) -> int:
    """Statistics by the names of their figures; transactions by their columns."""
    if _strategies(document):
        return 85
    table = document.table
    return 60 if table is not None and _is_transactions(table) else 0


def _is_transactions(table: Table) -> bool:
    return table.has("Date", "Security", "price", "quantity")


def read(document: Document) -> list[BacktestRun]:
    """One run a strategy."""
    strategies = _strategies(document)
    if len(strategies) > MAX_RUNS:
        raise BadInput(f"{document.name} has {len(strategies)} strategies; up to {MAX_RUNS} are read.")
    if strategies:
        return [_run(name or document.name, found) for name, found in strategies.items()]
    table = document.table
    if table is None:
        raise wrong(document, ENGINE, "statistics, transactions or prices")
    if _is_transactions(table):
        return [_of_transactions(document.name, table)]
    return plain.runs(document, "equity", ENGINE)


def _strategies(document: Document) -> dict[str, dict[str, Json]]:
    """Statistics by strategy, by bt's own keys; empty where these are none. One alone has no name."""
    if document.kind == "json":
        if _is_statistics(document.values):
            return {"": document.values}
        inner = {name: obj(one) for name, one in document.values.items()}
        return inner if inner and all(_is_statistics(one) for one in inner.values()) else {}
    found = statistics(
        document,
        lambda name: _key(name) in _METRICS,
        lambda names: len(_TELLING & {_key(name) for name in names}) >= 4,
    )
    return {name: {_key(key): value for key, value in one.items()} for name, one in found.items()}


def _is_statistics(found: Mapping[str, Json]) -> bool:
    return len(_TELLING & found.keys()) >= 4


def _key(name: str) -> str:
    plain_key = plain_name(name)
    words = _words(name)
    return _SHOWN.get(plain_key, words if words in _METRICS else name.strip())


def _words(name: str) -> str:
    """ "Avg. Up Month" as avg_up_month."""
    return "_".join("".join(c if c.isalnum() else " " for c in name.lower()).split())


def _run(name: str, found: Mapping[str, Json]) -> BacktestRun:
    shown = {key: value for key, value in found.items() if text(value).strip() not in ("-", "")}
    stated, notes = state(_METRICS, shown)
    period = {
        key: str(stamp)[:10]
        for key in ("start", "end", "Start", "End")
        if (stamp := moment_of(found.get(key))) is not None
    }
    run = BacktestRun(
        name=name[:200],
        engine=ENGINE,
        currency="",
        equity=None,
        strategy=name[:60],
        stated=tuple(stated),
        configuration={key.lower(): value for key, value in period.items()},
        notes=(*notes, "Only the engine's own figures are in this file: there is no equity curve."),
    )
    return contradictions(run)


def _of_transactions(name: str, table: Table) -> BacktestRun:
    columns = [table.column(key) or 0 for key in ("Date", "Security", "quantity", "price")]
    fills: list[Fill] = []
    for row in table.rows:
        when, symbol, amount, price = (row[column] for column in columns)
        stamp, size, paid = moment_of(when), number(amount), number(price)
        if stamp is None or size is None or paid is None:
            raise BadInput(f"{name} has a transaction without a date, quantity or price.")
        fills.append(Fill(stamp, symbol[:40], size, paid))
    trades = trades_of(fills)
    note = "Only transactions are in this file: trades are matched first in, first out, and there is no equity curve."
    return BacktestRun(name=name, engine=ENGINE, currency="", equity=None, trades=trades, notes=(note,))
