"""What the name of a column of numbers says about them: equity, returns, a benchmark, or something else."""

import re
from collections.abc import Iterable, Sequence
from typing import Literal

Kind = Literal["returns", "equity"]

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\x00-\x7f]+")
_SAYS: dict[Kind, re.Pattern[str]] = {
    "equity": re.compile(
        r"\b(equity|nav|navs|wealth|balance|net worth|net liquidation|net asset value|asset value"
        r"|(portfolio|account|total|strategy|fund) (value|val|assets))\b|^total$|净值|资产|權益|权益|資產"
    ),
    "returns": re.compile(r"\b(return|returns|ret|rets|pct change)\b|收益率|報酬率"),
}
_SAYS_ELSE: dict[Kind, re.Pattern[str]] = {
    "equity": re.compile(
        r"\b(drawdown|dd|peak|exposure|return|returns|ret|change|weight|weights|allocation|tax|high|low|max|min|day|days)\b"
    ),
    "returns": re.compile(
        r"\b(cum|cumulative|cumsum|cumprod|total|rolling|annual|annualized|annualised|ann|drawdown|dd|volatility|vol|std"
        r"|mean|average|avg|excess|max|min|rank|ytd|mtd)\b|累"
    ),
}
_NEVER = frozenset(
    (
        "open, high, low, close, adj close, volume, vwap, bid, ask, price, prices, signal, signals, position, positions, "
        "holding, holdings, shares, quantity, qty, size, lots, units, cash, turnover, drawdown, dd, max drawdown, exposure, "
        "leverage, margin, weight, weights, fee, fees, commission, commissions, cost, costs, slippage, trades, trade num, "
        "num trades, n trades, count, n, id, year, month, week, day, hour, rank, score, rsi, macd, atr, sma, ema, volatility, "
        "regime, entry price, exit price, stop loss, take profit"
    ).split(", ")
)
_BENCHMARK = re.compile(r"\b(bench|benchmark|benchmarks|bm|bh|buy hold|buy and hold|b h)\b|bench")
_OWN = re.compile(r"\b(strategy|strat|portfolio|algo|algorithm|account|net)\b")
_MARKET = frozenset(("open", "high", "low", "close"))


def words(name: str) -> set[str]:
    """The words of a name in lower case: `strategyReturn_1` has strategy, return and 1."""
    return set(_plain(name).split())


def chosen(names: Sequence[str], kind: Kind) -> set[str]:
    """The names that are of this kind, where some say so; else all that do not say something else.

    A lone column is what it is said to be. Where several say so and some of them are called the strategy's or the
    portfolio's, only those and the benchmark's count, since the others are the market's.
    """
    if len(names) == 1:
        return set(names)
    saying = {name for name in names if says(name, kind)}
    if not saying:
        other: Kind = "returns" if kind == "equity" else "equity"
        return {name for name in names if (not says(name, other) and not words(name) <= _NEVER) or not name}
    own = {name for name in saying if _OWN.search(_plain(name)) and not is_benchmark(name)}
    return {name for name in saying if not own or name in own or is_benchmark(name)}


def says(name: str, kind: Kind) -> bool:
    """Whether a name says that its numbers are of this kind."""
    plain = _plain(name)
    return bool(_SAYS[kind].search(plain)) and not _SAYS_ELSE[kind].search(plain)


def is_benchmark(name: str) -> bool:
    """Whether a name says that its numbers are what a strategy is measured by."""
    return bool(_BENCHMARK.search(_plain(name)))


def is_market(names: Iterable[str]) -> bool:
    """Whether names are those of prices, and none of them speaks of an account."""
    called = [_plain(name) for name in names]
    return len(_MARKET & set(called)) >= 3 and not any(
        says(name, "equity") or says(name, "returns") for name in called
    )


def _plain(name: str) -> str:
    return " ".join(_WORD.findall(name)).lower()
