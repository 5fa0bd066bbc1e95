"""Diagnose: a question becomes a diagnosis; its thread knows follow-ups, the runbook, actions, escalation, the end."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.protocols import Access, Block, Intent, Json, Permission, Person, Progress, Reply, Request
from handlers.escalation import Escalation
from handlers.runbook import RunbookGuide
from handlers.views import diagnose as views
from handlers.views.text import escape, section
from tools.diagnostics.agent import Agent
from tools.diagnostics.confirming import Confirming
from tools.diagnostics.diagnosis import Diagnosis, Diagnostician, Question, given_by
from tools.diagnostics.executor import Call, Caller
from tools.diagnostics.followups import FollowUp, follow_up
from tools.diagnostics.incidents import Incident, IncidentStore, Kept, NewIncident
from tools.diagnostics.keeping import Remembered, remember
from tools.diagnostics.remedies import asked_for
from tools.diagnostics.tool import Plan, Result
from tools.diagnostics.topics import mentioned
from tools.errors import BadInput, Denied, NotFound

_ACTS: Final = ("rerun", "invalidate", "terminate", "pause", "resume")
_MOST_OFFERS: Final = 2


@dataclass(frozen=True, slots=True)
class Diagnose:
    """Serves `diagnose` and the buttons on its answers. Each tool is checked again, by who asks, when it runs."""

    access: Access
    asker: Callable[[Person], Caller]
    diagnostician: Diagnostician
    confirming: Confirming
    incidents: IncidentStore
    escalation: Escalation
    guide: RunbookGuide
    agent: Agent | None = None
    """Where a model is configured."""
    default_group: str = "trading-ops"
    intent: Intent = "diagnose"
    permission: Permission = "check_freshness"

    async def handle(self, request: Request, progress: Progress) -> Reply:
        """Answer, or do what a button says."""
        if request.action is not None:
            return await self._pressed(request, progress)
        verb = str(request.routed.arguments.get("action") or "")
        if verb == "escalate":
            return await self._escalate(request)
        if verb == "solved":
            return await self._solve(request)
        if verb in _ACTS:
            return await self._act(request, verb)
        before = await self._remembered(request)
        follow = follow_up(request.text, in_thread=before is not None or bool(request.subject.get("runbook")))
        if follow is not None:
            return await self._follow(request, follow, before, progress)
        return await self._diagnose(request, before, progress)

    # --- questions -------------------------------------------------------------------------------------------------

    async def _diagnose(self, request: Request, before: Remembered | None, progress: Progress) -> Reply:
        question = Question(
            request.text,
            given_by(request.routed.arguments),
            before.topics if before is not None else (),
            request.correlation_id,
        )
        caller = self.asker(request.person)
        found = await self.diagnostician.diagnose(question, caller, progress)
        if self.agent is not None:
            found = await self.agent.elaborate(found, question, caller, progress)
        return await self._tell(request, found)

    async def _tell(self, request: Request, found: Diagnosis) -> Reply:
        kept = await asyncio.to_thread(
            remember, found, self.diagnostician.executor.registry
        )  # the checker takes a while
        place = request.place
        await self.incidents.keep(
            Kept(
                kept.id,
                time.time(),
                request.person.id,
                place.channel,
                place.thread_ts,
                request.text,
                kept.model_dump_json(),
            )
        )
        incident = await self._incident(request, kept)
        buttons = self._buttons(kept, incident)
        subject: dict[str, Json] = {"diagnosis_id": kept.id, "runbook": kept.runbook, "step": kept.next_step}
        return Reply(
            escape(kept.told.text),
            views.told_blocks(kept.told, kept.verdict, buttons),
            subject=subject,
            outcome="denied" if found.verdict == "denied" else "done",
        )

    async def _incident(self, request: Request, kept: Remembered) -> Incident | None:
        """What is wrong opens one; a healthy answer leaves the thread's as it is."""
        if kept.verdict not in ("broken", "degraded"):
            found = await self.incidents.of_thread(request.place.channel, request.place.thread_ts)
            return found if found is not None and found.state != "solved" else None
        return await self.incidents.open(self._new_incident(request, kept))

    def _new_incident(self, request: Request, kept: Remembered | None) -> NewIncident:
        return NewIncident(
            channel=request.place.channel,
            thread_ts=request.place.thread_ts,
            question=request.text,
            title=kept.told.headline.rstrip(".") if kept is not None else _first_words(request),
            cause=kept.cause if kept is not None else "",
            runbook=kept.runbook if kept is not None else "",
            escalate_to=(kept.escalate_to if kept is not None else "") or self.default_group,
            by=request.person.id,
            diagnosis_id=kept.id if kept is not None else "",
        )

    def _buttons(self, kept: Remembered, incident: Incident | None) -> list[Block]:
        value: dict[str, Json] = {"diagnosis_id": kept.id}
        buttons = [views.press("details", "Details", value)] if kept.details else []
        runbook = self.guide.runbooks.find(kept.runbook)
        step = runbook.step(kept.next_step) if runbook is not None else None
        if runbook is not None and step is not None:
            at: dict[str, Json] = {**value, "runbook": runbook.id, "step": step.number}
            buttons.append(views.press("step", f"Next: {step.title}", at))
        for number, offer in enumerate(kept.offers[:_MOST_OFFERS]):
            given = ", ".join(str(argument) for argument in offer.arguments.values())
            label = f"{offer.tool[:1].upper()}{offer.tool[1:].replace('_', ' ')} {given}".strip()
            buttons.append(views.press(f"act.{number}", label, {**value, "offer": number}))
        if incident is not None:
            buttons.append(views.press("escalate", "Escalate", {**value, "incident": incident.id}))
            buttons.append(views.press("solved", "Solved", {**value, "incident": incident.id}))
        return buttons

    async def _follow(
        self, request: Request, follow: FollowUp, before: Remembered | None, progress: Progress
    ) -> Reply:
        if follow in ("runbook", "runbooks", "next"):
            return await self.guide.answer(request, follow, self.asker(request.person))
        if follow == "incidents":
            return await self.escalation.open_incidents()
        if follow == "oncall":
            return await self.escalation.whom(
                before.escalate_to if before and before.escalate_to else self.default_group
            )
        if before is None:
            raise NotFound("I have no diagnosis in this thread to go by; ask me what is wrong.")
        if follow == "again":
            return await self._again(request, before, progress)
        if follow == "details":
            return self._details(request, before)
        said = _recalled(follow, before)
        return Reply(escape(said), (section(escape(said)),), subject=_subject_of(request, before))

    async def _again(self, request: Request, before: Remembered, progress: Progress) -> Reply:
        """The same tools once more."""
        question = Question(request.text, {}, before.topics, request.correlation_id)
        found = await self.diagnostician.again(before.topics, question, self.asker(request.person), progress)
        return await self._tell(request, found)

    def _details(self, request: Request, before: Remembered) -> Reply:
        text = "What each tool gave back:\n" + "\n".join(before.details)
        return Reply(escape(text), views.detail_blocks(before.details), subject=_subject_of(request, before))

    # --- buttons ---------------------------------------------------------------------------------------------------

    async def _pressed(self, request: Request, progress: Progress) -> Reply:
        verb = request.action.id.split(".")[1] if request.action is not None and "." in request.action.id else ""
        arguments = request.routed.arguments
        match verb:
            case "details":
                return self._details(request, await self._need(request))
            case "step" | "runbook":
                return await self.guide.show(arguments, request, self.asker(request.person))
            case "act":
                return await self._offer(request, await self._need(request))
            case "confirm":
                return await self._confirm(request, str(arguments.get("digest") or ""))
            case "cancel":
                return Reply("Nothing was done.", (section("Nothing was done."),), replaces=True)
            case "again":
                return await self._again(request, await self._need(request), progress)
            case "escalate":
                return await self._escalate(request)
            case "acknowledge":
                self._must(request.person, "diagnose")
                return await self.escalation.acknowledge(_number(arguments.get("incident")), request.person)
            case "solved":
                return await self._solve(request)
        return Reply("That button is no longer in use. Please ask me again.", ephemeral=True)

    async def _offer(self, request: Request, before: Remembered) -> Reply:
        number = _number(request.routed.arguments.get("offer"))
        if not 0 <= number < len(before.offers):
            raise BadInput("This action is not known here; ask for it again.")
        return await self._propose(request, [before.offers[number].call()])

    async def _act(self, request: Request, verb: str) -> Reply:
        """An action that was asked for in words."""
        registry = self.diagnostician.executor.registry
        calls, lacking = asked_for(verb, request.text, mentioned(request.text, registry), registry)
        if not calls and not lacking:
            raise NotFound(f"Nothing that is connected has an action to {verb}; I can only look.")
        if not calls:
            tool = lacking[0]
            needed = ", ".join(
                f"{name} ({field.description or 'needed'})"
                for name, field in tool.arguments.model_fields.items()
                if field.is_required()
            )
            raise BadInput(f"{tool.name} has to be told {needed}. Say it with the request.")
        return await self._propose(request, calls[:3])

    async def _propose(self, request: Request, calls: Sequence[Call]) -> Reply:
        """Actions as plans to confirm, each in a message of its own."""
        executor = self.diagnostician.executor
        results = await executor.run(calls, self.asker(request.person), correlation_id=request.correlation_id)
        replies = [await self._planned(request, result) for result in results]
        first, *more = replies
        return Reply(
            first.text, first.blocks, more=tuple(more), subject=_subject_of(request, None), outcome=first.outcome
        )

    async def _planned(self, request: Request, result: Result) -> Reply:
        if result.plan is None:
            refused = result.status == "denied"
            said = escape(result.summary)
            return Reply(said, (section(said),), outcome="denied" if refused else "problem")
        await self.confirming.plans.keep(result.plan, request.person.id)
        another = self.confirming.needs_another(result.plan.tool)
        text = views.plan_text(result.plan, another=another)
        return Reply(escape(text), views.plan_blocks(result.plan, another=another))

    async def _confirm(self, request: Request, digest: str) -> Reply:
        plan, result = await self.confirming.confirm(digest, self.asker(request.person), request.correlation_id)
        text = f"{_done(plan, result)} Confirmed by <@{request.person.id}>."
        if result.status == "denied":
            return Reply(escape(result.summary), ephemeral=True, outcome="denied")
        return Reply(text, (section(text),), replaces=True, outcome="done" if result.status == "ok" else "problem")

    # --- incidents -------------------------------------------------------------------------------------------------

    async def _escalate(self, request: Request) -> Reply:
        incident = await self._unsolved(request)
        before = await self._remembered(request)
        if incident is None:
            incident = await self.incidents.open(self._new_incident(request, before))
        evidence = (before.told.cause, *before.told.evidence) if before is not None else ()
        return await self.escalation.escalate(incident, request.person, [line for line in evidence if line])

    async def _solve(self, request: Request) -> Reply:
        incident = await self._unsolved(request)
        if incident is None:
            raise NotFound("There is no open incident in this thread.")
        if request.person.id not in (incident.opened_by, incident.acknowledged_by):
            self._must(request.person, "diagnose")
        return await self.escalation.solve(incident.id, request.person)

    async def _unsolved(self, request: Request) -> Incident | None:
        """The incident that is meant: the button's, the thread's subject's, or the thread's own."""
        named = request.routed.arguments.get("incident") or request.subject.get("incident")
        if named:
            found = await self.incidents.get(_number(named))
        else:
            found = await self.incidents.of_thread(request.place.channel, request.place.thread_ts)
        return found if found is not None and found.state != "solved" else None

    def _must(self, person: Person, permission: Permission) -> None:
        if not self.access.allows(person, permission):
            raise Denied(self.access.denial(person, permission))

    async def _remembered(self, request: Request) -> Remembered | None:
        wanted = request.routed.arguments.get("diagnosis_id") or request.subject.get("diagnosis_id")
        kept = await self.incidents.kept(str(wanted)) if wanted else None
        return Remembered.model_validate_json(kept.payload) if kept is not None else None

    async def _need(self, request: Request) -> Remembered:
        found = await self._remembered(request)
        if found is None:
            raise NotFound("This diagnosis is not kept any more; ask me again.")
        return found


def _recalled(follow: FollowUp, before: Remembered) -> str:
    """Answers from what was found, word for word."""
    told = before.told
    if follow == "unchecked":
        return (
            f"Not checked: {'; '.join(told.unchecked)}."
            if told.unchecked
            else "I left out nothing that belongs to it."
        )
    if follow == "since":
        asked = before.at.strftime("%H:%M UTC")
        if not before.since:
            return f"No tool measured since when. It was so when I looked at {asked}."
        return "; ".join(before.since) + f". I looked at {asked}."
    return f"{told.cause or told.answer}\n" + "\n".join(f"- {line}" for line in told.evidence)


def _done(plan: Plan, result: Result) -> str:
    said = result.summary.rstrip(".")
    return escape(f"{plan.tool} on {plan.connection}: {said}.")


def _subject_of(request: Request, before: Remembered | None) -> Mapping[str, Json]:
    return {**request.subject, **({"diagnosis_id": before.id} if before is not None else {})}


def _number(value: Json) -> int:
    return int(value) if isinstance(value, (int, float, str)) and str(value).isdigit() else -1


def _first_words(request: Request) -> str:
    """What a thread without a diagnosis is about."""
    first = next((message.text for message in request.thread if not message.from_bot), request.text)
    return " ".join(first.split())[:200] or "Escalated without a word"
