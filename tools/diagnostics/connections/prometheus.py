"""Prometheus: alerts that fire, targets that are down, and queries the desk has named."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from tools.backtests.model import Unit
from tools.diagnostics.conditions import Severity
from tools.diagnostics.connections.base import ConnectionConfig, read_options
from tools.diagnostics.connections.web import WebConnection, WebOptions, at, items, moment, words
from tools.diagnostics.tool import Arguments, Json, NoArguments, NoData, Report, slug, tool
from tools.errors import BadInput, Problem
from tools.narrative.text import duration_text, number_text, plural

_SHOWN: Final = 20
_SEVERITIES: Final[Mapping[str, Severity]] = {
    "critical": "critical",
    "page": "critical",
    "error": "critical",
    "high": "critical",
    "info": "info",
    "none": "info",
    "low": "info",
}


class NamedQuery(BaseModel):
    """`queries = {order_latency = {query = "...", unit = "seconds", max = 0.5}}`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    query: Annotated[str, Field(min_length=1, max_length=2000)]
    unit: Unit = "count"
    min: float | None = None
    max: float | None = None


class PrometheusOptions(WebOptions):
    """Which alerts are noise, and what to ask."""

    ignore: tuple[str, ...] = ("Watchdog", "InfoInhibitor")
    """Alerts that always fire."""
    queries: Mapping[str, NamedQuery] = Field(
        default_factory=dict,
        examples=['queries = {order_latency = {query = "order_latency_seconds", unit = "seconds", max = 0.5}}'],
    )
    """Named queries: `query`, `unit`, `min`, `max`."""


class MetricArguments(Arguments):
    """Which named query, and over which time."""

    name: Annotated[str, Field(max_length=100, description="A named query; all when empty")] = ""
    minutes: Annotated[int, Field(ge=0, le=10_080, description="How far to look back; 0 asks for now only")] = 0


class PrometheusConnection(WebConnection):
    """A Prometheus server."""

    options_type = PrometheusOptions

    def __init__(self, config: ConnectionConfig) -> None:
        self.options = read_options(config, PrometheusOptions)
        super().__init__(config, self.options)

    async def check(self) -> str:
        """Asks for its version."""
        found = await self.web.fetch(None, "/api/v1/status/buildinfo")
        return f"answers, Prometheus {at(found, 'data.version') or 'of unknown version'}"

    @tool(timeout=8)
    async def prometheus_alerts(self, arguments: NoArguments, report: Report) -> str:
        """Which alerts fire now, since when and how severe.

        Answers "what alerts fire", "which alerts are active".
        """
        alerts = at(await self.web.fetch(report, "/api/v1/alerts"), "data.alerts")
        firing = [each for each in items(alerts) if at(each, "state") == "firing" and self._counts(each)]
        pending = [each for each in items(alerts) if at(each, "state") == "pending" and self._counts(each)]
        fact = report.fact("alerts.firing", f"alerts of {self.name} that fire", len(firing), "count")
        report.fact("alerts.pending", f"alerts of {self.name} that wait", len(pending), "count")
        for each in firing[:_SHOWN]:
            self._alert(each, fact, report)
        await self._rules(report)
        for each in pending[:_SHOWN]:
            report.line(f"pending: {words(at(each, 'labels.alertname'))}")
        soon = list(dict.fromkeys(words(at(each, "labels.alertname")) for each in pending))
        waits = f"; pending, so about to: {', '.join(soon[:5])}" if soon else ""
        if not firing:
            return f"No alert of {self.name} fires{waits}."
        names = list(dict.fromkeys(words(at(each, "labels.alertname")) for each in firing))
        return f"{plural(len(firing), 'alert')} of {self.name}: {', '.join(names[:5])}{waits}."

    async def _rules(self, report: Report) -> None:
        """Rules that cannot be evaluated: their alerts stay silent whatever happens."""
        try:
            groups = items(at(await self.web.fetch(report, "/api/v1/rules"), "data.groups"))
        except Problem:  # something that speaks only a part of the API
            return
        for rule in (rule for group in groups for rule in items(at(group, "rules"))):
            if at(rule, "health") == "err":
                name = words(at(rule, "name"))
                report.finding(
                    "missing", "warning", f"The rule {name} cannot be evaluated, so it cannot fire", subject=name
                )
                report.line(f"rule {name}: {words(at(rule, 'lastError'))}")

    @tool(timeout=8)
    async def prometheus_targets(self, arguments: NoArguments, report: Report) -> str:
        """Which monitored targets Prometheus cannot reach, and why.

        Answers "is monitoring complete", "which targets are down".
        """
        found = await self.web.fetch(report, "/api/v1/targets", {"state": "active"})
        targets = items(at(found, "data.activeTargets"))
        down = [each for each in targets if at(each, "health") == "down"]
        report.fact("targets", f"targets of {self.name}", len(targets), "count")
        fact = report.fact("targets.down", f"targets of {self.name} that are down", len(down), "count")
        for each in down[:_SHOWN]:
            name = f"{words(at(each, 'labels.job'))} {words(at(each, 'labels.instance'))}"
            report.finding("target_down", "critical", f"{name} cannot be scraped", fact, subject=name)
            report.line(f"{name}: {words(at(each, 'lastError'))}")
        if not targets:
            said = f"{self.name} watches no target at all, so no alert of it can fire"
            report.finding("empty", "critical", said)
            return f"{said}."
        return f"{len(targets) - len(down)} of {plural(len(targets), 'target')} of {self.name} can be reached."

    @tool(timeout=10)
    async def prometheus_metrics(self, arguments: MetricArguments, report: Report) -> str:
        """The desk's named metrics: their value now, or lowest, highest and last over some minutes.

        Answers "how is order latency", "what is the value of a metric".
        """
        wanted = self._wanted(arguments.name)
        said: list[str] = []
        for name, query in wanted.items():
            values = await self._values(query.query, arguments.minutes, report)
            if not values:
                report.finding("missing", "warning", f"The metric {name} has no values", subject=name)
                continue
            said.append(self._judge(name, query, values, report))
        if not said:
            raise NoData(f"{self.name} has no values of {', '.join(wanted)}.")
        return "; ".join(said) + "."

    def _wanted(self, name: str) -> Mapping[str, NamedQuery]:
        if not self.options.queries:
            raise NoData(f"No queries are named for {self.name} (queries = {{...}} in its connection).")
        if not name:
            return self.options.queries
        if name not in self.options.queries:
            raise BadInput(f"{self.name} has no query named '{name}'; it has {', '.join(self.options.queries)}.")
        return {name: self.options.queries[name]}

    async def _values(self, query: str, minutes: int, report: Report) -> list[float]:
        """Of all series together, oldest first; at most one step a sixtieth of the time."""
        if minutes:
            now = int(time.time())
            span = {"start": now - minutes * 60, "end": now, "step": max(minutes, 1)}
            found = await self.web.fetch(report, "/api/v1/query_range", {"query": query, **span})
            pairs = [pair for each in items(at(found, "data.result")) for pair in items(at(each, "values"))]
            return [value for pair in sorted(pairs, key=_time_of) if (value := _value_of(pair)) is not None]
        found = await self.web.fetch(report, "/api/v1/query", {"query": query})
        result = at(found, "data.result")
        if at(found, "data.resultType") == "scalar":
            return [value] if (value := _value_of(result)) is not None else []
        return [value for each in items(result) if (value := _value_of(at(each, "value"))) is not None]

    def _judge(self, name: str, query: NamedQuery, values: list[float], report: Report) -> str:
        key = f"metric.{slug(name)}"
        last = report.fact(key, f"{name} now", values[-1], query.unit)
        if len(values) > 1:
            report.fact(f"{key}.lowest", f"lowest {name}", min(values), query.unit)
            report.fact(f"{key}.highest", f"highest {name}", max(values), query.unit)
        low, high = min(values), max(values)
        if query.max is not None and high > query.max:
            limit = report.fact(f"{key}.limit", f"limit of {name}", query.max, query.unit)
            report.finding("threshold_crossed", "critical", f"{name} is above its limit", last, limit, subject=name)
        if query.min is not None and low < query.min:
            limit = report.fact(f"{key}.limit", f"limit of {name}", query.min, query.unit)
            report.finding("threshold_crossed", "critical", f"{name} is below its limit", last, limit, subject=name)
        return f"{name} is {number_text(values[-1], 3).rstrip('0').rstrip('.')}"

    def _alert(self, each: Json, fact: str, report: Report) -> None:
        name = words(at(each, "labels.alertname"))
        severity = _SEVERITIES.get(words(at(each, "labels.severity")).lower(), "warning")
        told = words(at(each, "annotations.summary")) or words(at(each, "annotations.description"))
        since = moment(at(each, "activeAt"))
        ago = f" for {duration_text((datetime.now(UTC) - since).total_seconds())}" if since else ""
        report.finding("alert_firing", severity, f"The alert {name} fires{ago}", fact, subject=name)
        labels = at(each, "labels")
        shown = ", ".join(f"{key}={value}" for key, value in labels.items()) if isinstance(labels, dict) else ""
        report.line(f"{name}: {told} ({shown})")

    def _counts(self, alert: Json) -> bool:
        return words(at(alert, "labels.alertname")) not in self.options.ignore


def open_connection(config: ConnectionConfig) -> PrometheusConnection:
    """A connection of kind `prometheus`."""
    return PrometheusConnection(config)


def _time_of(pair: Json) -> float:
    first = pair[0] if isinstance(pair, list) and pair else 0
    return float(first) if isinstance(first, int | float) else 0.0


def _value_of(pair: Json) -> float | None:
    """The number of a `[time, "value"]` pair; None for NaN and infinity."""
    if not isinstance(pair, list) or len(pair) != 2:
        return None
    try:
        value = float(str(pair[1]))
    except ValueError:
        return None
    return value if abs(value) < float("inf") else None
