"""The embedded desk's own price store: as any DuckDB store, with an ingestion that can be run again, paused, resumed."""

from datetime import datetime
from typing import Protocol

from tools.diagnostics.connections.base import ConnectionConfig
from tools.diagnostics.connections.duckdb import DuckDbConnection
from tools.diagnostics.connections.jobs import Job
from tools.diagnostics.threads import in_thread
from tools.diagnostics.tool import Effect, NoArguments, Report, tool
from tools.errors import NotFound, Problem
from tools.market.store import IngestionRun
from tools.narrative.text import moment_text, plural


class Pipeline(Protocol):
    """The scheduled filling of the store. Every call blocks."""

    @property
    def name(self) -> str:
        """What people call the job."""
        ...

    def paused_since(self) -> datetime | None:
        """When it was paused; None where it runs on its schedule."""
        ...

    def pause(self) -> None:
        """No new runs until it is resumed; nothing where it is paused already."""
        ...

    def resume(self) -> None:
        """Runs on its schedule again."""
        ...

    def run(self) -> IngestionRun:
        """Fill the store now. Raises `Problem` where that fails; the failed run is recorded."""
        ...


class DeskStore(DuckDbConnection):
    """The store and its pipeline."""

    def __init__(self, config: ConnectionConfig, pipeline: Pipeline) -> None:
        super().__init__(config)
        self.job = pipeline.name
        self._pipeline = pipeline

    @tool(permission="check_freshness", timeout=8)
    async def ingestion_runs(self, arguments: NoArguments, report: Report) -> str:
        """Whether the ingestion of prices finished, when, and why not: its last runs as the store records them.

        Answers "did the pipeline finish", "why did the ingestion fail", "what failed since yesterday".
        """
        since = await in_thread(self._pipeline.paused_since)
        if since is not None:
            at = since.isoformat(timespec="seconds")
            fact = report.fact("ingestion.paused_at", f"pausing of the ingestion into {self.name}", at, "time")
            said = f"The ingestion into {self.name} is paused since {moment_text(at)}"
            report.finding("paused", "critical", said, fact, subject=self.job)
        told = await super().ingestion_runs(arguments, report)
        return f"The ingestion into {self.name} is paused. {told}" if since is not None else told

    @tool(permission="act", timeout=60, effect="_foresee_run")
    async def rerun_ingestion(self, arguments: Job, report: Report) -> str:
        """Run the ingestion of prices again, now: what the source has replaces what is stored. Changes data."""
        report.asked(f"ingestion {self.job}")
        run = await in_thread(self._pipeline.run)
        report.fact("ingestion.rows", "rows of this ingestion", run.rows, "count")
        return f"The ingestion into {self.name} is done: {plural(run.rows, 'row')} from {run.source}."

    @tool(permission="act", effect="_foresee_pause")
    async def pause_job(self, arguments: Job, report: Report) -> str:
        """Pause a scheduled job: no new runs until it is resumed."""
        await in_thread(self._pipeline.pause)
        return f"The ingestion into {self.name} is paused."

    @tool(permission="act", effect="_foresee_resume")
    async def resume_job(self, arguments: Job, report: Report) -> str:
        """Resume a paused job."""
        await in_thread(self._pipeline.resume)
        return f"The ingestion into {self.name} runs on its schedule again."

    async def _foresee_run(self, arguments: Job) -> Effect:
        self._named(arguments)
        await self.check_open()
        return Effect(
            f"Runs the ingestion {self.job} into {self.name} now; bars that are there already are replaced."
        )

    async def _foresee_pause(self, arguments: Job) -> Effect:
        self._named(arguments)
        if await in_thread(self._pipeline.paused_since) is not None:
            raise Problem(f"The ingestion {self.job} is paused already.")
        return Effect(f"Pauses the ingestion {self.job} into {self.name}: no new runs until it is resumed.")

    async def _foresee_resume(self, arguments: Job) -> Effect:
        self._named(arguments)
        if await in_thread(self._pipeline.paused_since) is None:
            raise Problem(f"The ingestion {self.job} is not paused.")
        return Effect(f"Resumes the ingestion {self.job} into {self.name}: it runs on its schedule again.")

    def _named(self, arguments: Job) -> None:
        if arguments.job not in ("", self.job):
            raise NotFound(f"{self.name} has no job '{arguments.job}'; it has {self.job}.")
