"""Drafts from request to registry: versions, the approval each waits for, and what follows a decision.

A draft that says what it does is submitted for approval as soon as it is shown; every change is a new version, which
supersedes the one before. What follows a decision happens in `changed`, which may run more than once and on any
replica: every step has a key made of the approval, and what is used is checked against the hash that was approved.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

from bot.protocols import Announcer, Approval, Approvals, Decided, Destination, Json, Person, Reply, Subject, Verdict
from handlers.sending import Sending
from handlers.views import draft as views
from handlers.views import narrate as narrated
from tools.backtests.charts import Chart, ChartRenderer, equity_chart
from tools.backtests.model import BacktestRun, BacktestStore
from tools.errors import BadInput, NotFound
from tools.narrative.service import ReportGenerationService
from tools.reports.charts import charts_of
from tools.strategies.differences import differences
from tools.strategies.drafting import Draft, Drafter
from tools.strategies.drafts import DraftStore, DraftVersion, Strategy, content_hash
from tools.strategies.preview import Preview
from tools.strategies.proposing import ModelDrafter
from tools.strategies.records import to_backtest_run
from tools.strategies.spec import Specification
from tools.strategies.trial import Trial, trial

_MOST_CHOICES = 6


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for a draft, and where answers about it belong."""

    person: Person
    channel: str = ""
    thread_ts: str = ""
    correlation_id: str = ""


@dataclass(frozen=True, slots=True)
class Submitted:
    """A version and the approval it waits for, with what its trial came to."""

    version: DraftVersion
    approval: Approval
    trial: Trial


@dataclass(frozen=True, slots=True)
class Drafts:
    """`review_channel` is where approvers are asked besides the thread; empty where they are asked in it."""

    drafter: Drafter
    store: DraftStore
    approvals: Approvals
    announcer: Announcer
    runs: BacktestStore
    reports: ReportGenerationService
    charts: ChartRenderer
    model: ModelDrafter
    review_channel: str = ""
    sending: Sending | None = None
    """None where no platform is configured."""
    operators_channel: str = ""
    """Where approvers are called to a draft that was asked for outside Slack and there is no `review_channel`."""
    mention_approvers: Callable[[], Awaitable[str]] | None = None

    # --- drafting ----------------------------------------------------------------------------------------------------

    async def draft(self, text: str) -> Draft:
        """A request in words, read and tried; nothing is stored. A model is asked where one is configured and rules cannot place it."""
        return await self.model.draft(text)

    async def answers(self, draft: Draft) -> list[str]:
        """The choices of its questions that make a draft of it, as they are."""
        choices = [choice for question in draft.read.questions for choice in question.choices]
        texts = [f"{draft.read.text}. {choice}" for choice in choices[:_MOST_CHOICES]]
        tried = [await asyncio.to_thread(self.drafter.draft, text) for text in texts]
        return [choice for choice, answer in zip(choices, tried, strict=False) if answer.status == "ok"]

    async def revise(self, before: DraftVersion, text: str) -> Draft:
        """A change in words of a version, read and tried; nothing is stored."""
        return await asyncio.to_thread(self.drafter.revise, before.specification, text)

    async def submit(self, draft: Draft, asked: Asked, before: DraftVersion | None = None) -> Submitted:
        """Keep a draft that is `ok` as the next version and ask for its approval."""
        specification, tried = draft.specification, draft.trial
        if specification is None or tried is None:
            raise BadInput("This is not a draft yet: answer its question first.")
        changes = differences(before.specification, specification, self.drafter.templates) if before else ()
        version = DraftVersion(
            before.draft_id if before else f"d{secrets.token_hex(4)}",
            before.version + 1 if before else 1,
            before.request if before else draft.read.text,
            draft.read.text,
            specification,
            tried.figures,
            draft.read.assumed,
            draft.read.corrected,
            changes,
            draft.warnings,
            asked.person.id,
            draft.writer,
            set_aside=draft.read.set_aside,
        )
        await self.store.keep(version)
        return Submitted(version, await self._ask(version, asked), tried)

    async def submitted(
        self, draft: Draft, person: Person, before: DraftVersion | None
    ) -> tuple[DraftVersion, Approval]:
        """The same for who asks outside Slack."""
        made = await self.submit(draft, Asked(person), before)
        return made.version, made.approval

    async def _ask(self, version: DraftVersion, asked: Asked) -> Approval:
        details: dict[str, Json] = {
            "draft_id": version.draft_id,
            "asked_channel": asked.channel,
            "asked_thread": asked.thread_ts,
        }
        subject = Subject(
            "draft",
            version.draft_id,
            version.version,
            version.hash,
            f"{version.specification.name}, version {version.version}",
            asked.person,
            details,
        )
        return await self.approvals.submit(subject, correlation_id=asked.correlation_id)

    # --- deciding ----------------------------------------------------------------------------------------------------

    async def decide(
        self,
        approval_id: str,
        person: Person,
        verdict: Verdict,
        *,
        looked_at: str,
        note: str = "",
        correlation_id: str = "",
    ) -> Decided:
        """A click. What it is now is worked out afresh: only what was looked at can be approved."""
        approval = await self.approvals.get(approval_id)
        if approval is None or approval.subject.kind != "draft":
            raise NotFound("I know no such draft any more; please ask for it again.")
        now = await self._hash_now(approval) if verdict == "approve" else looked_at
        return await self.approvals.decide(
            approval_id, person, verdict, looked_at=looked_at, now=now, note=note, correlation_id=correlation_id
        )

    async def _hash_now(self, approval: Approval) -> str:
        version = await self.version_of(approval)
        tried = await self.tried(version.specification)
        return content_hash(version.specification, tried.figures)

    async def tried(self, specification: Specification) -> Trial:
        """The trial, on the prices of this moment."""
        return await asyncio.to_thread(trial, specification, self.drafter.market.prices, self.drafter.templates)

    async def version_of(self, approval: Approval) -> DraftVersion:
        """What an approval is about. Raises `NotFound`."""
        version = await self.store.version(approval.subject.id, approval.subject.version)
        if version is None:
            raise NotFound("This draft is not kept any more; please ask for it again.")
        return version

    # --- showing -----------------------------------------------------------------------------------------------------

    async def card(self, approval: Approval) -> Reply:
        """The draft with its buttons, or with what became of it."""
        version = await self.version_of(approval)
        return await self.shown(Submitted(version, approval, await self.tried(version.specification)))

    async def shown(self, submitted: Submitted) -> Reply:
        """The same for what was just submitted."""
        preview = submitted.trial.preview
        chart = await self.chart(submitted.version, preview) if preview is not None else None
        return views.card(submitted.version, submitted.approval, chart, self.drafter.templates)

    async def chart(self, version: DraftVersion, preview: Preview) -> Chart:
        """Growth of the trial run against buy and hold."""
        run = await asyncio.to_thread(self._run, version.specification, preview, 1)
        return await self.charts.render(equity_chart, run)

    def _run(self, specification: Specification, preview: Preview, trials: int) -> BacktestRun:
        prices = self.drafter.market.prices(preview.symbol)
        notes = (f"{prices.symbol} {prices.note}.",) if prices.note else ()
        return to_backtest_run(preview.simulation, specification, prices, trials=trials, notes=notes)

    # --- what follows (bot.protocols.ApprovalFollower) ---------------------------------------------------------------

    async def changed(self, approval: Approval) -> None:
        """Cards everywhere, the registry, the backtest and its narrative, and a word to the requester."""
        card = await self.card(approval)
        await self._show_to_approvers(approval, card)
        if approval.state == "pending" and not approval.votes:
            return
        await self.announcer.update(views.key(approval), card)
        if approval.state == "approved":
            await self._approved(approval)
        elif approval.state in ("rejected", "expired"):
            await self._tell(approval, views.told(approval))

    async def _show_to_approvers(self, approval: Approval, card: Reply) -> None:
        """Besides the thread it was asked for in; a group is called where the channel is not the approvers' own."""
        asked, where = approval.subject.details.get("asked_channel"), self._approvers_read(approval)
        if not where or where == asked:
            return
        if where != self.review_channel and approval.state == "pending" and self.mention_approvers is not None:
            card = replace(card, blocks=(views.called(await self.mention_approvers()), *card.blocks))
        await self.announcer.announce(f"card:{approval.id}", card, Destination(channel=where))

    def _approvers_read(self, approval: Approval) -> str:
        """The channel besides the thread where approvers hear of it; empty where there is none."""
        outside = not approval.subject.details.get("asked_channel")
        return self.review_channel or (self.operators_channel if outside else "")

    @property
    def notice(self) -> str:
        """For who asks outside Slack: where approvers are told, or that they are not."""
        if self.review_channel:
            return "Approvers are asked in Slack, in the review channel."
        if self.operators_channel:
            return "Approvers are asked in Slack, in the operators' channel."
        return (
            "Nobody was told that this waits: neither approvals.review_channel nor operators_channel is set. "
            "Ask an approver to decide on it."
        )

    async def reminded(self, approval: Approval, turn: int) -> None:
        """A word where approvers read."""
        to = Destination(channel=self.review_channel) if self.review_channel else self._told_in(approval)
        await self._say(f"reminder:{approval.id}:{turn}", views.reminder(approval), to)

    async def _approved(self, approval: Approval) -> None:
        version = await self.version_of(approval)
        tried = await self.tried(version.specification)
        if content_hash(version.specification, tried.figures) != approval.subject.hash:
            await self._tell(approval, views.changed_since(approval))
            return
        backtest_id = await self._tested(version, tried, by=approval.subject.requester.id)
        strategy = Strategy(
            version.draft_id,
            version.version,
            version.specification.name,
            version.specification,
            version.hash,
            approval.subject.requester.id,
            tuple(vote.person for vote in approval.votes if vote.verdict == "approve"),
            approval.id,
            backtest_id,
            version.version,
            approval.closed_at or approval.created_at,
        )
        await self.store.register(strategy)
        await self._tell(approval, views.registered(approval, strategy, self._where_to(strategy)))
        if self.sending is not None:
            await self.sending.start(strategy, self._told_in(approval))
        if backtest_id:
            await self._narrate(approval, backtest_id)

    async def _tested(self, version: DraftVersion, tried: Trial, *, by: str) -> str:
        """The id of the full backtest; empty where there are no prices to test on."""
        if tried.preview is None:
            return ""
        run = await asyncio.to_thread(self._run, version.specification, tried.preview, version.version)
        return await self.runs.add(run, by=by)

    def _where_to(self, strategy: Strategy) -> views.Platform:
        fits = strategy.platform_payload(self.drafter.templates) is not None
        return ("sending" if self.sending is not None else "fits") if fits else "kept"

    async def _narrate(self, approval: Approval, backtest_id: str) -> None:
        report = await self.reports.narrate(backtest_id, detail="standard")
        run = await self.runs.get(backtest_id)
        charts = await charts_of(run, report, self.charts, ("equity",)) if run is not None else {}
        reply = Reply(
            narrated.summary_text(report),
            narrated.summary_blocks(report, charts.get("equity")),
            attachments=narrated.attachments(charts),
            subject={"backtest_id": backtest_id},
        )
        await self._say(f"narrated:{approval.id}", reply, self._asked_in(approval))

    async def _tell(self, approval: Approval, reply: Reply) -> None:
        await self._say(f"told:{approval.id}", reply, self._told_in(approval))

    async def _say(self, key: str, reply: Reply, to: Destination | None) -> None:
        if to is not None:
            await self.announcer.announce(key, reply, to)

    def _told_in(self, approval: Approval) -> Destination | None:
        """Where the outcome is told."""
        where = self._approvers_read(approval)
        return self._asked_in(approval) or (Destination(channel=where) if where else None)

    def _asked_in(self, approval: Approval) -> Destination | None:
        """Where the draft was asked for; where that was outside Slack, where approvers read, if anywhere."""
        details: Mapping[str, Json] = approval.subject.details
        channel, thread = str(details.get("asked_channel") or ""), str(details.get("asked_thread") or "")
        if channel:
            return Destination(channel, approval.subject.requester.id, thread)
        return Destination(channel=self.review_channel) if self.review_channel else None
