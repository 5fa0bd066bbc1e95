"""Airflow over its REST API, version 2 (Airflow 3) or 1: whether pipelines finish, and pausing or running them again."""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final, Literal

from pydantic import Field

from tools.diagnostics.conditions import Condition, Severity
from tools.diagnostics.connections.base import ConnectionConfig, Duration, read_options
from tools.diagnostics.connections.jobs import Job
from tools.diagnostics.connections.web import WebConnection, WebOptions, at, items, judge, moment, words
from tools.diagnostics.tool import Arguments, Effect, Fault, Json, NoData, Report, slug, tool
from tools.errors import BadInput, Problem
from tools.narrative.text import duration_text, plural

_SHOWN: Final = 15


_PARTS: Final[Mapping[str, Condition]] = {
    "metadatabase": "dependency_down",
    "scheduler": "scheduler_down",
    "dag_processor": "scheduler_down",
    "triggerer": "scheduler_down",
}
"""Parts of an installation that its health names; one that is not deployed has no status."""
_RAN_LATELY: Final = timedelta(days=7)


class AirflowOptions(WebOptions):
    """Which version, and what is expected of the pipelines."""

    version: Literal["v1", "v2"] | None = Field(None, examples=['version = "v2"'])
    """Unset: found out. `username` and `password` are exchanged for a token in version 2, sent as they are in 1."""
    jobs: tuple[str, ...] = Field((), examples=['jobs = ["prices_daily"]'])
    """DAGs to watch; unset, all that are not paused."""
    must_run: tuple[str, ...] = Field((), examples=['must_run = ["prices_daily"]'])
    """DAGs that must not be paused."""
    every: Mapping[str, Duration] = Field(default_factory=dict, examples=['every = {prices_daily = "1d"}'])
    """How often a DAG is expected to finish."""
    stuck_after: Duration = timedelta(hours=2)
    """How long a run may take."""
    heartbeat: Duration = timedelta(minutes=2)
    """How old the scheduler's last sign may be."""


class RunsArguments(Arguments):
    """Which pipeline, and since when."""

    job: Annotated[str, Field(max_length=200, description="Name of the pipeline; all when empty")] = ""
    hours: Annotated[int, Field(ge=1, le=720, description="How far to look back")] = 24


class AirflowConnection(WebConnection):
    """An Airflow installation."""

    options_type = AirflowOptions

    def __init__(self, config: ConnectionConfig) -> None:
        self.options = read_options(config, AirflowOptions)
        super().__init__(config, self.options)
        self._signs_in = bool(self.options.username) and self.options.version != "v1"
        self._version: str | None = self.options.version
        self._token = ""

    @property
    def secrets(self) -> tuple[str, ...]:
        """What the client sends to be let in."""
        return (*super().secrets, *filter(None, [self._token]))

    async def check(self) -> str:
        """Asks the scheduler's health."""
        health = await self._health(None)
        return f"answers; the scheduler is {at(health, 'scheduler.status') or 'not told'}"

    # --- tools -----------------------------------------------------------------------------------------------------

    @tool(permission="check_freshness", timeout=12)
    async def pipeline_runs(self, arguments: RunsArguments, report: Report) -> str:
        """Whether pipelines finished, which failed and in which task, which are stuck, late or paused.

        Answers "did the pipeline finish and why not", "what failed since yesterday".
        """
        await self._scheduler(report)
        dags = await self._dags(arguments.job, report)
        await self._unloadable(report)
        since = datetime.now(UTC) - timedelta(hours=arguments.hours)
        runs = await self._runs(arguments.job, report)
        self._paused(dags, runs, report)
        latest: dict[str, Json] = {}
        for run in runs:
            latest.setdefault(words(at(run, "dag_id")), run)
        recent = [run for run in runs if (_started(run) or since) >= since]
        failed = [run for run in recent if at(run, "state") == "failed" and self._watched(run)]
        report.fact("runs", f"runs of {self.name}", len(recent), "count")
        fact = report.fact("runs.failed", f"failed runs of {self.name}", len(failed), "count")
        for run in failed[:_SHOWN]:
            await self._failed(run, latest, fact, report)
        for run in recent:
            self._stuck(run, report)
        self._late(runs, report)
        if not runs:
            raise NoData(f"{self.name} has no runs of {arguments.job or 'any pipeline'}.")
        if report.worst() in (None, "info"):
            return f"Pipelines of {self.name} are well: {plural(len(recent), 'run')} in {arguments.hours} hours, none failed."
        return f"{self.name}: {report.findings[0].summary}."

    @tool(permission="act", timeout=12, effect="_foresee_run")
    async def rerun_ingestion(self, arguments: Job, report: Report) -> str:
        """Run a pipeline again, now. Changes data."""
        body: dict[str, Json] = {"dag_run_id": f"deskhand__{datetime.now(UTC):%Y%m%dT%H%M%S}__{secrets.token_hex(4)}"}
        if await self._found_version() == "v2":
            body["logical_date"] = None
        made = await self._fetch(report, f"/dags/{arguments.job}/dagRuns", method="POST", body=body)
        return f"{arguments.job} runs again as {words(at(made, 'dag_run_id'))}."

    @tool(permission="act", timeout=12, effect="_foresee_pause")
    async def pause_job(self, arguments: Job, report: Report) -> str:
        """Pause a scheduled job: no new runs until it is resumed."""
        await self._fetch(report, f"/dags/{arguments.job}", method="PATCH", body={"is_paused": True})
        return f"{arguments.job} of {self.name} is paused."

    @tool(permission="act", timeout=12, effect="_foresee_resume")
    async def resume_job(self, arguments: Job, report: Report) -> str:
        """Resume a paused job."""
        await self._fetch(report, f"/dags/{arguments.job}", method="PATCH", body={"is_paused": False})
        return f"{arguments.job} of {self.name} runs on its schedule again."

    async def _foresee_run(self, arguments: Job) -> Effect:
        await self._dag(arguments.job)
        running = [run for run in await self._runs(arguments.job, None) if at(run, "state") in ("running", "queued")]
        if running:
            raise Problem(f"{arguments.job} of {self.name} is running already; wait for it to finish.")
        return Effect(f"Starts a new run of {arguments.job} in {self.name}.")

    async def _foresee_pause(self, arguments: Job) -> Effect:
        if at(await self._dag(arguments.job), "is_paused") is True:
            raise Problem(f"{arguments.job} of {self.name} is paused already.")
        return Effect(f"Pauses {arguments.job} of {self.name}: no new runs until it is resumed.")

    async def _foresee_resume(self, arguments: Job) -> Effect:
        if at(await self._dag(arguments.job), "is_paused") is not True:
            raise Problem(f"{arguments.job} of {self.name} is not paused.")
        return Effect(f"Resumes {arguments.job} of {self.name}: it runs on its schedule again.")

    # --- judging ---------------------------------------------------------------------------------------------------

    async def _scheduler(self, report: Report) -> None:
        health = await self._health(report)
        for part, condition in _PARTS.items():
            status = words(at(health, f"{part}.status"))
            if status:
                report.claim(part, status)
            if status and status != "healthy":
                said = f"The {part.replace('_', ' ')} of {self.name} is {status}"
                report.finding(condition, "critical", said, subject=part)
        beat = moment(at(health, "scheduler.latest_scheduler_heartbeat"))
        if beat is None:
            return
        age = max((datetime.now(UTC) - beat).total_seconds(), 0.0)
        fact = report.fact("scheduler.heartbeat_age", f"age of the heartbeat of {self.name}", age, "seconds")
        if age > self.options.heartbeat.total_seconds():
            said = f"The scheduler of {self.name} gave its last sign {duration_text(age)} ago"
            report.finding("scheduler_down", "critical", said, fact, subject="scheduler")

    def _paused(self, dags: list[Json], runs: list[Json], report: Report) -> None:
        """A DAG that must run, or ran lately and now does not, is worth a word; most paused ones are examples."""
        after = datetime.now(UTC) - _RAN_LATELY
        ran = {words(at(run, "dag_id")) for run in runs if (_started(run) or after) > after}
        for dag in dags:
            name = words(at(dag, "dag_id"))
            if at(dag, "has_import_errors") is True:
                said = f"{name} of {self.name} cannot be loaded: its file has an error"
                report.finding("ingestion_failed", "critical", said, subject=name)
            if at(dag, "is_paused") is not True:
                continue
            report.line(f"{name} is paused")
            if name in self.options.must_run or name in ran:
                severity: Severity = "critical" if name in self.options.must_run else "warning"
                said = f"{name} of {self.name} is paused, so it starts no new runs"
                report.finding("paused", severity, said, subject=name)

    async def _unloadable(self, report: Report) -> None:
        """Files that Airflow could not read: their DAGs are missing from every other list."""
        try:
            found = await self._fetch(report, "/importErrors", {"limit": _SHOWN})
        except Problem:  # not everybody may read them
            return
        for each in items(at(found, "import_errors")):
            file = words(at(each, "filename")).rpartition("/")[2]
            reason = words(at(each, "stack_trace")).strip().rpartition("\n")[2]
            report.line(f"cannot be loaded: {file}: {reason}")
            said = f"{self.name} cannot load {file or 'a file of DAGs'}, so none of its DAGs run"
            report.finding("ingestion_failed", "critical", said, subject=file)

    async def _failed(self, run: Json, latest: Mapping[str, Json], fact: str, report: Report) -> None:
        dag, run_id = words(at(run, "dag_id")), words(at(run, "dag_run_id"))
        made_good = latest.get(dag) is not run and at(latest.get(dag), "state") == "success"
        tasks = await self._failed_tasks(dag, run_id, report)
        where = f" in {', '.join(tasks)}" if tasks else ""
        if made_good:
            report.line(f"{dag} run {run_id} failed{where}, and succeeded since")
            return
        said = f"{dag} of {self.name} failed{where}"
        report.finding("ingestion_failed", "critical", said, fact, subject=dag)
        report.line(f"{dag} run {run_id} failed{where}")

    async def _failed_tasks(self, dag: str, run_id: str, report: Report) -> list[str]:
        try:
            found = await self._fetch(report, f"/dags/{dag}/dagRuns/{run_id}/taskInstances")
        except Problem:
            return []
        return [
            f"task {words(at(each, 'task_id'))}"
            for each in items(at(found, "task_instances"))
            if at(each, "state") == "failed"
        ][:5]

    def _stuck(self, run: Json, report: Report) -> None:
        started, state = _started(run), words(at(run, "state"))
        if state not in ("running", "queued") or started is None or not self._watched(run):
            return
        age = (datetime.now(UTC) - started).total_seconds()
        dag = words(at(run, "dag_id"))
        if age > self.options.stuck_after.total_seconds():
            fact = report.fact(f"run.{slug(dag)}.age", f"running time of {dag}", age, "seconds")
            said = f"{dag} of {self.name} has been {state} for {duration_text(age)}"
            report.finding("ingestion_stuck", "critical", said, fact, subject=dag)

    def _late(self, runs: list[Json], report: Report) -> None:
        for dag, every in self.options.every.items():
            ends = [
                end
                for run in runs
                if at(run, "dag_id") == dag and at(run, "state") == "success" and (end := moment(at(run, "end_date")))
            ]
            age = (datetime.now(UTC) - max(ends)).total_seconds() if ends else None
            if age is not None and age <= every.total_seconds() * 1.5:
                continue
            ago = f"for {duration_text(age)}" if age is not None else "in any run that is kept"
            facts = (
                (report.fact(f"job.{slug(dag)}.age", f"time since {dag} finished", age, "seconds"),) if age else ()
            )
            report.finding("ingestion_overdue", "critical", f"{dag} has not finished {ago}", *facts, subject=dag)

    def _watched(self, run: Json) -> bool:
        return not self.options.jobs or at(run, "dag_id") in self.options.jobs

    # --- asking ----------------------------------------------------------------------------------------------------

    async def _health(self, report: Report | None) -> Json:
        path = "/monitor/health" if await self._found_version() == "v2" else "/health"
        return await self._fetch(report, path)

    async def _dags(self, job: str, report: Report) -> list[Json]:
        if job:
            return [await self._dag(job)]
        return items(at(await self._fetch(report, "/dags", {"limit": 100}), "dags"))

    async def _dag(self, job: str) -> Json:
        if not job:
            raise BadInput(f"Which job of {self.name}? Ask for its pipeline runs to see their names.")
        return await self._fetch(None, f"/dags/{job}")

    async def _runs(self, job: str, report: Report | None) -> list[Json]:
        found = await self._fetch(report, f"/dags/{job or '~'}/dagRuns", {"limit": 100, "order_by": "-start_date"})
        return items(at(found, "dag_runs"))

    async def _found_version(self) -> str:
        if self._version is None:
            answer = await self.web.ask(None, "/api/v2/version")
            self._version = "v1" if answer.status == 404 else "v2"
        return self._version

    async def _fetch(
        self,
        report: Report | None,
        path: str,
        parameters: Mapping[str, str | int] | None = None,
        *,
        method: str = "GET",
        body: Json = None,
    ) -> Json:
        version = await self._found_version()
        headers = await self._signed_in() if version == "v2" else {}
        answer = await self.web.ask(
            report, f"/api/{version}{path}", method=method, parameters=parameters, body=body, headers=headers
        )
        if answer.status == 404:
            raise Problem(f"{self.name} knows no {path.split('/')[2] if path.count('/') > 1 else path}.")
        if answer.status in (400, 409, 422):
            raise Problem(f"{self.name} refuses this: {words(at(answer.json(), 'detail')) or answer.status}.")
        if answer.status == 401 and self._token:
            self._token = ""  # it may have run out; the next call signs in again
        judge(self.name, answer.status)
        value = answer.json()
        if value is None:
            raise Fault(
                "misconfigured", f"{self.name} answered {path} with something that is not JSON; check its url"
            )
        return value

    async def _signed_in(self) -> Mapping[str, str]:
        """Airflow 3 gives a token for a name and a password."""
        if not self._signs_in:
            return {}
        if not self._token:
            body: Json = {"username": self.options.username, "password": self.options.password}
            answer = await self.web.ask(None, "/auth/token", method="POST", body=body)
            judge(self.name, answer.status)
            self._token = words(at(answer.json(), "access_token"))
        return {"Authorization": f"Bearer {self._token}"}


def open_connection(config: ConnectionConfig) -> AirflowConnection:
    """A connection of kind `airflow`."""
    return AirflowConnection(config)


def _started(run: Json) -> datetime | None:
    return moment(at(run, "start_date")) or moment(at(run, "queued_at"))
