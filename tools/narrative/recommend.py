"""From facts to proceed, optimise, research or reject, by rules that the report shows."""

from dataclasses import dataclass
from typing import Literal

from tools.backtests.trades import ENOUGH_TRADES
from tools.narrative.facts import FactSheet

Recommendation = Literal["proceed", "optimise", "research", "reject"]
_SEVERITY: tuple[Recommendation, ...] = ("proceed", "optimise", "research", "reject")

CONFIDENCE = 0.95
SHARPE_FLOOR = 0.5
DRAWDOWN_LIMIT = -0.35
HISTORY_DAYS = 3 * 365


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule and how it came out. `outcome` None: the facts it needs are missing. Sentences hold slots.

    `otherwise` is the best recommendation left when the rule is not met.
    """

    key: str
    outcome: bool | None
    met: str
    missed: str
    otherwise: Recommendation


def add_limits(sheet: FactSheet) -> None:
    """The limits of the rules as facts, so that a report can show and a checker find them."""
    sheet.add("rule.confidence", "Confidence asked for", CONFIDENCE, "fraction", source="rules")
    sheet.add("rule.sharpe_floor", "Lowest Sharpe ratio accepted", SHARPE_FLOOR, "ratio", source="rules")
    sheet.add("rule.drawdown_limit", "Deepest drawdown accepted", DRAWDOWN_LIMIT, "fraction", source="rules")
    sheet.add("rule.history", "Shortest history accepted", HISTORY_DAYS, "days", source="rules")
    sheet.add("rule.trades", "Fewest closed trades accepted", ENOUGH_TRADES, "count", source="rules")


def judge(sheet: FactSheet) -> tuple[Recommendation, tuple[Rule, ...]]:
    """The recommendation and every rule. Without a curve that can be believed it is research, whatever else is missed."""
    rules = (
        _agreement(sheet),
        _profit(sheet),
        _evidence(sheet),
        _trials(sheet),
        _history(sheet),
        _trades(sheet),
        _crises(sheet),
        _sharpe(sheet),
        _benchmark(sheet),
        _drawdown(sheet),
        _costs(sheet),
    )
    left = [rule.otherwise for rule in rules if rule.outcome is False]
    if "strategy.total_return" not in sheet or rules[0].outcome is False:
        left = ["research"]
    return max(left, key=_SEVERITY.index, default="proceed"), rules


def _agreement(sheet: FactSheet) -> Rule:
    """A curve that does not bear out the engine's own total return cannot decide anything."""
    ours, theirs = sheet.number("strategy.total_return"), sheet.number("stated.total_return")
    missing = ours is None or theirs is None
    return Rule(
        "agreement",
        None if missing else _agree(ours or 0.0, theirs or 0.0),
        "the engine's total return of {stated.total_return} is borne out by its equity curve",
        "the engine states a total return of {stated.total_return}, but the equity curve in its file gives {strategy.total_return}",
        "research",
    )


def _agree(ours: float, theirs: float) -> bool:
    return abs(ours - theirs) <= max(0.05, 0.2 * abs(theirs))


def _profit(sheet: FactSheet) -> Rule:
    total = sheet.number("strategy.total_return")
    if _agreement(sheet).outcome is False:
        total = None
    if total == 0 and sheet.number("strategy.max_drawdown") == 0:
        return Rule("profit", False, "", "its value never moved, so nothing was tested", "research")
    return Rule(
        "profit",
        None if total is None else total > 0,
        "it made money over the test ({strategy.total_return} in total)",
        "it made no money over the test ({strategy.total_return} in total)",
        "reject",
    )


def _evidence(sheet: FactSheet) -> Rule:
    psr = sheet.number("significance.psr")
    short = "strategy.total_return" in sheet and "strategy.volatility" not in sheet
    if psr is None and short:
        return Rule("evidence", False, "", "the run is too short to say whether its Sharpe ratio is luck", "research")
    return Rule(
        "evidence",
        None if psr is None else psr >= CONFIDENCE,
        "the probability that its true Sharpe ratio is above zero is {significance.psr}, at or over the {rule.confidence} asked for",
        "the probability that its true Sharpe ratio is above zero is only {significance.psr}, short of the {rule.confidence} asked for",
        "research",
    )


def _trials(sheet: FactSheet) -> Rule:
    deflated = sheet.number("significance.deflated_sharpe")
    return Rule(
        "trials",
        None if deflated is None else deflated >= CONFIDENCE,
        "allowing for {count:run.trials|recorded trial}, the deflated Sharpe ratio is {significance.deflated_sharpe}, at or over the {rule.confidence} asked for",
        "allowing for {count:run.trials|recorded trial}, the deflated Sharpe ratio is {significance.deflated_sharpe}, short of the {rule.confidence} asked for",
        "optimise",
    )


def _history(sheet: FactSheet) -> Rule:
    days = sheet.number("run.length")
    return Rule(
        "history",
        None if days is None else days >= HISTORY_DAYS,
        "the test covers {long:run.length}, longer than the {long:rule.history} asked for",
        "the test covers {long:run.length}, shorter than the {long:rule.history} asked for",
        "research",
    )


def _trades(sheet: FactSheet) -> Rule:
    count = sheet.number("trades.count")
    were = "was" if count == 1 else "were"
    return Rule(
        "trades",
        None if count is None else count >= ENOUGH_TRADES,
        f"{{count:trades.count|trade}} {were} closed, no fewer than the {{rule.trades}} asked for",
        f"only {{count:trades.count|trade}} {were} closed, fewer than the {{rule.trades}} asked for",
        "research",
    )


def _crises(sheet: FactSheet) -> Rule:
    coverage = [fact.value for fact in sheet.under("stress.") if fact.id.endswith(".coverage")]
    return Rule(
        "crises",
        None if not coverage else "in the test" in coverage,
        "the test includes at least one market crisis from start to end",
        "the test includes no market crisis from start to end",
        "research",
    )


def _sharpe(sheet: FactSheet) -> Rule:
    ratio = sheet.number("strategy.sharpe")
    return Rule(
        "sharpe",
        None if ratio is None else ratio >= SHARPE_FLOOR,
        "its Sharpe ratio of {strategy.sharpe} is at or over the floor of {rule.sharpe_floor}",
        "its Sharpe ratio of {strategy.sharpe} is below the floor of {rule.sharpe_floor}",
        "reject" if ratio is not None and ratio < 0 else "optimise",
    )


def _benchmark(sheet: FactSheet) -> Rule:
    own, other = sheet.number("strategy.sharpe"), sheet.number("benchmark.sharpe")
    return Rule(
        "benchmark",
        None if own is None or other is None else own > other,
        "its Sharpe ratio of {strategy.sharpe} is higher than the benchmark's {benchmark.sharpe}",
        "its Sharpe ratio of {strategy.sharpe} is no higher than the benchmark's {benchmark.sharpe}",
        "optimise",
    )


def _drawdown(sheet: FactSheet) -> Rule:
    depth = sheet.number("strategy.max_drawdown")
    return Rule(
        "drawdown",
        None if depth is None else depth >= DRAWDOWN_LIMIT,
        "its maximum drawdown of {abs:strategy.max_drawdown} stays within the limit of {abs:rule.drawdown_limit}",
        "its maximum drawdown of {abs:strategy.max_drawdown} is deeper than the limit of {abs:rule.drawdown_limit}",
        "optimise",
    )


def _costs(sheet: FactSheet) -> Rule:
    dearer = sheet.number("costs.double.cagr")
    return Rule(
        "costs",
        None if dearer is None else dearer > 0,
        "at double costs its CAGR is still {costs.double.cagr}",
        "at double costs its CAGR is {costs.double.cagr}",
        "optimise",
    )
