"""The figures in Prometheus' text: read from the database at each scrape, so that they survive restarts and agree with
what people are told, on every replica."""

from collections.abc import Iterator
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.protocols import Usage
from bot.usage.book import PERIODS, UsageBook

_FAMILIES: Final = {
    "answer": ("deskhand_requests", "Requests answered, by intent and decision", ("intent", "decision")),
    "report": ("deskhand_reports", "Reports generated, by writer and check", ("writer", "check")),
    "finding": ("deskhand_report_findings", "Fact-check findings in generated reports", ("kind",)),
    "fact_check": ("deskhand_model_drafts", "Drafts of the model held against facts", ("outcome",)),
    "decision": ("deskhand_decisions", "Steps of approvals", ("kind", "verdict", "result")),
    "tool": ("deskhand_tools", "Diagnostic tools run, by status", ("status",)),
    "action": ("deskhand_actions", "Action tools run, by status", ("status",)),
    "incident": ("deskhand_incident_steps", "Steps of incidents", ("step",)),
    "prompt": ("deskhand_prompt_decisions", "Approvals and roll backs of prompts", ("decision",)),
    "role_change": ("deskhand_role_changes", "Changes of groups that give roles", ()),
}
"""Kind of tally to name, help and labels. Labels are few words of the program's own, never a person's."""

_MOST_SERIES: Final = 200


async def exposition(book: UsageBook) -> bytes:
    """What `/metrics` adds to the figures of the process."""
    usages = [await book.usage(period) for period in PERIODS]
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Kept(usages, await book.breakdown()))
    return generate_latest(registry)


class _Kept(Collector):
    def __init__(self, usages: list[Usage], breakdown: dict[tuple[str, ...], int]) -> None:
        self._usages = usages
        self._breakdown = breakdown

    def collect(self) -> Iterator[Metric]:
        """One gauge with every figure, and the breakdowns since the first audit row."""
        gauge = GaugeMetricFamily(
            "deskhand_figure",
            "The figures of `deskhand usage`, by period; a share is 0 to 1, days are UTC",
            labels=["figure", "period"],
        )
        for usage in self._usages:
            for figure in usage.figures:
                if figure.value is not None:
                    gauge.add_metric([figure.id, usage.period], figure.value)
        yield gauge
        for kind, (name, means, labels) in _FAMILIES.items():
            family = CounterMetricFamily(name, f"{means}, since the first audit row", labels=labels)
            for words, number in self._totals(kind, len(labels)).items():
                family.add_metric(words, number)
            yield family

    def _totals(self, kind: str, length: int) -> dict[tuple[str, ...], int]:
        """By the first words that are labels; what goes beyond the bound is counted as `other`."""
        totals: dict[tuple[str, ...], int] = {}
        for (first, *rest), number in sorted(self._breakdown.items(), key=lambda item: -item[1]):
            if first == kind:
                words = tuple(rest[:length])
                if len(totals) >= _MOST_SERIES and words not in totals:
                    words = ("other",) * length
                totals[words] = totals.get(words, 0) + number
        return totals
