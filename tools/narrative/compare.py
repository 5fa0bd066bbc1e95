"""Two to ten runs side by side: ranked by one figure, with what makes them hard to compare."""

from collections.abc import Sequence
from dataclasses import dataclass

from tools.errors import BadInput
from tools.narrative.facts import Fact
from tools.narrative.report import Report

FEWEST, MOST = 2, 10
_LOW_IS_GOOD = frozenset({"volatility"})
"""Drawdowns are negative, so the highest is the best there too."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Reports from best to worst by `metric`; those without it come last. `cautions` are whole sentences."""

    metric: str
    ranked: tuple[Report, ...]
    unranked: tuple[Report, ...]
    cautions: tuple[str, ...]


def compare(reports: Sequence[Report], metric: str = "sharpe") -> Comparison:
    """Raises `BadInput` for fewer than two or more than ten."""
    if not FEWEST <= len(reports) <= MOST:
        raise BadInput(f"I compare {FEWEST} to {MOST} backtests at a time; these are {len(reports)}.")
    known = [(figure(report, metric), report) for report in reports]
    have = [
        (float(fact.value), report) for fact, report in known if fact is not None and not isinstance(fact.value, str)
    ]
    have.sort(key=lambda pair: pair[0], reverse=metric not in _LOW_IS_GOOD)
    ranked = tuple(report for _, report in have)
    unranked = tuple(report for report in reports if report not in ranked)
    return Comparison(metric, ranked, unranked, tuple(_cautions(reports, unranked, metric)))


def figure(report: Report, metric: str) -> Fact | None:
    """The strategy's figure of this name, None where the report has none."""
    return next((fact.plain() for fact in report.facts if fact.id == f"strategy.{metric}"), None)


def text_of(report: Report, fact_id: str) -> str:
    """A fact of text or date, empty where there is none."""
    return next((str(fact.value) for fact in report.facts if fact.id == fact_id), "")


def _cautions(reports: Sequence[Report], unranked: Sequence[Report], metric: str) -> list[str]:
    found = []
    windows = {(text_of(report, "run.start"), text_of(report, "run.end")) for report in reports}
    if len(windows) > 1:
        found.append("The runs do not cover the same dates, so part of any difference is the market's.")
    if len({text_of(report, "run.symbols") for report in reports}) > 1:
        found.append("They trade different symbols.")
    if len({text_of(report, "run.timeframe") for report in reports}) > 1:
        found.append("Their bars differ in size.")
    if len({report.engine for report in reports}) > 1:
        found.append("Their engines differ; figures are recomputed here from each run's own curve by one definition.")
    if unranked:
        names = ", ".join(text_of(report, "run.name") for report in unranked)
        found.append(f"Not ranked, for want of a figure: {names}.")
    return found
