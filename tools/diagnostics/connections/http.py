"""HTTP services: whether they answer, how fast, until when their certificate holds, and what they say of themselves."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from tools.diagnostics.conditions import Condition
from tools.diagnostics.connections import payload
from tools.diagnostics.connections.base import ConnectionConfig, Duration, read_options
from tools.diagnostics.connections.web import Answer, WebConnection, WebOptions, at, judge
from tools.diagnostics.tool import Fault, Json, NoArguments, NoData, Report, slug, tool
from tools.narrative.text import date_text, duration_text


class Expect(BaseModel):
    """`expect = {status = [200], json = {"status" = "ok", "queue.length" = {max = 100}}, contains = "pong"}`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    status: tuple[Annotated[int, Field(ge=100, le=599)], ...] = ()
    """Unset: any below 400."""
    json_values: Mapping[str, JsonValue] = Field(default_factory=dict, alias="json")
    """Dotted path to a value, or to `{min, max}` for a number, or `{one_of = [...]}`."""
    contains: str = ""


class HttpOptions(WebOptions):
    """What a healthy answer looks like."""

    expect: Expect = Field(
        default_factory=Expect, examples=['expect = {status = [200], json = {"queue.length" = {max = 100}}}']
    )
    """What a healthy answer looks like: `status`, `json`, `contains`."""
    slow_after: Annotated[float, Field(gt=0)] = 1.0
    """Seconds an answer may take."""
    certificate_days: Annotated[int, Field(ge=0)] = 14
    """Days before the end of a certificate, from which it is said."""
    claims_max_age: Duration = timedelta(minutes=15)
    """How old what the service says of itself may be."""
    clock_off: Duration = timedelta(minutes=1)
    """How far its clock may be from ours."""


class HttpConnection(WebConnection):
    """A service with an address that tells its health."""

    options_type = HttpOptions

    def __init__(self, config: ConnectionConfig) -> None:
        self.options = read_options(config, HttpOptions)
        super().__init__(config, self.options)

    async def check(self) -> str:
        """One request."""
        answer = await self.web.ask(None)
        if self.options.expect.status and answer.status not in self.options.expect.status:
            raise Fault("unexpected_status", f"{self.name} answered with status {answer.status}")
        if not self.options.expect.status:
            judge(self.name, answer.status)
        return f"answers with status {answer.status} in {duration_text(answer.latency)}"

    @tool(timeout=10)
    async def http_health(self, arguments: NoArguments, report: Report) -> str:
        """Whether a service is up and how slow it is: status, latency, certificate, what it says of itself and of
        the external APIs it uses.

        Answers "is the service up and how slow", "is an external API down or out of quota".
        """
        answer = await self.web.ask(report)
        self._status(answer, report)
        self._latency(answer, report)
        self._certificate(answer, report)
        document = answer.json()
        said = payload.report_claims(document, report, oldest=self.options.claims_max_age)
        self._claims_and_status(answer, said, report)
        self._page(answer, document, report)
        self._clock(answer, report)
        self._expectations(answer, document, report)
        took = duration_text(answer.latency)
        if report.worst() in (None, "info"):
            empty = "" if answer.body or answer.status == 204 else ", with nothing in it"
            return f"{self.name} is up: status {answer.status} in {took}{empty}."
        return f"{self.name} answers with status {answer.status} in {took}, but: {report.findings[0].summary}."

    @tool(timeout=10)
    async def external_apis(self, arguments: NoArguments, report: Report) -> str:
        """What a service says of the external APIs it depends on, such as Alpha Vantage: up, down or out of quota.

        Answers "is an external API down or out of quota", "is Alpha Vantage working".
        """
        answer = await self.web.ask(report)
        self._status(answer, report)
        said = payload.report_claims(answer.json(), report, oldest=self.options.claims_max_age)
        external = [each for each in said if each.external]
        if not external and report.findings:
            return f"{report.findings[0].summary}."
        if not external:
            raise NoData(f"{self.name} says nothing of external APIs.")
        bad = [each.path.rpartition(".")[2] for each in external if each.verdict in ("bad", "quota")]
        if bad:
            return f"{self.name} says there is trouble with {', '.join(bad)}."
        return (
            f"{self.name} says nothing is wrong with {', '.join(each.path.rpartition('.')[2] for each in external)}."
        )

    def _status(self, answer: Answer, report: Report) -> None:
        fact = report.fact("status", f"status of {self.name}", str(answer.status), "text")
        wanted = self.options.expect.status
        if wanted and answer.status not in wanted:
            said = f"{self.name} answered with status {answer.status} instead of {' or '.join(map(str, wanted))}"
            condition: Condition = "service_down" if answer.status >= 500 else "unexpected_status"
            report.finding(condition, "critical", said, fact)
        elif not wanted and answer.status >= 300:
            try:
                judge(self.name, answer.status, answer.headers.get("location", ""))
            except Fault as fault:
                report.finding(fault.condition, "critical", str(fault), fact)
        if answer.headers.get("x-ratelimit-remaining") == "0":
            report.finding("quota_exhausted", "warning", f"{self.name} says that no request is left for now")

    def _latency(self, answer: Answer, report: Report) -> None:
        fact = report.fact("latency", f"time {self.name} took to answer", answer.latency, "seconds")
        if answer.latency > self.options.slow_after:
            said = f"{self.name} took {duration_text(answer.latency)} to answer"
            report.finding("slow", "warning", said, fact)

    def _certificate(self, answer: Answer, report: Report) -> None:
        if answer.certificate_ends is None:
            return
        left = (answer.certificate_ends - datetime.now(UTC)).total_seconds() / 86_400
        ends = answer.certificate_ends.date().isoformat()
        fact = report.fact("certificate.ends", f"end of the certificate of {self.name}", ends, "date")
        if left < self.options.certificate_days:
            said = f"The certificate of {self.name} ends on {date_text(ends)}"
            report.finding("certificate_expiring", "warning" if left > 2 else "critical", said, fact)

    def _claims_and_status(self, answer: Answer, said: list[payload.Said], report: Report) -> None:
        whole = next((each for each in said if each.whole), None)
        if whole is not None and whole.verdict == "good" and answer.status >= 500:
            told = f"{self.name} says '{whole.says}' of itself, but answered with status {answer.status}"
            report.finding("claim_contradicted", "warning", told)

    def _page(self, answer: Answer, document: Json, report: Report) -> None:
        """A maintenance page says 200 too; only where nothing else of the body is judged."""
        trouble = payload.of_page(answer.body) if document is None and answer.status < 300 else ""
        if trouble and not self.options.expect.contains:
            report.finding("assertion_failed", "critical", f"{self.name} answers, but with the words '{trouble}'")

    def _clock(self, answer: Answer, report: Report) -> None:
        off = answer.clock_off
        if abs(off) > self.options.clock_off.total_seconds():
            way = "behind" if off > 0 else "ahead of"
            fact = report.fact("clock.off", f"difference of the clock of {self.name}", abs(off), "seconds")
            said = f"The clock of {self.name} is {duration_text(abs(off))} {way} ours"
            report.finding("clock_skew", "warning", said, fact)

    def _expectations(self, answer: Answer, document: Json, report: Report) -> None:
        expect = self.options.expect
        if expect.contains and expect.contains.encode() not in answer.body:
            report.finding("assertion_failed", "critical", f"The answer of {self.name} lacks '{expect.contains}'")
        for path, wanted in expect.json_values.items():
            found = at(document, path)
            if isinstance(found, int | float) and not isinstance(found, bool):
                report.fact(f"json.{slug(path)}", f"{path} of {self.name}", found, "count")
            problem = _differs(found, wanted)
            if problem:
                told = f"{path} of {self.name} {problem}"
                report.finding("assertion_failed", "critical", told, subject=path)


def open_connection(config: ConnectionConfig) -> HttpConnection:
    """A connection of kind `http`."""
    return HttpConnection(config)


def _differs(found: Json, wanted: JsonValue) -> str:
    """What is wrong with a value; empty where it is as wanted."""
    if isinstance(wanted, dict) and wanted.keys() <= {"min", "max", "one_of"}:
        options = wanted.get("one_of")
        if isinstance(options, list):
            return "" if found in options else f"is {_shown(found)}, none of {', '.join(map(_shown, options))}"
        return _out_of_range(found, wanted)
    return "" if found == wanted else f"is {_shown(found)} instead of {_shown(wanted)}"


def _out_of_range(found: Json, wanted: Mapping[str, JsonValue]) -> str:
    if not isinstance(found, int | float) or isinstance(found, bool):
        return f"is {_shown(found)}, not a number"
    low, high = wanted.get("min"), wanted.get("max")
    if isinstance(low, int | float) and found < low:
        return f"is {found:g}, below {low:g}"
    if isinstance(high, int | float) and found > high:
        return f"is {found:g}, above {high:g}"
    return ""


def _shown(value: JsonValue) -> str:
    return "missing" if value is None else str(value)[:80]
