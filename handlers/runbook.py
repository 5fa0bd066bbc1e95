"""Following a runbook in a thread: find it, show a step, run the step's tool with the rights of who asks."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.protocols import Block, Json, Reply, Request
from handlers.views import diagnose as views
from handlers.views.text import escape, section
from tools.diagnostics.confirming import Confirming
from tools.diagnostics.executor import Call, Caller, Executor
from tools.diagnostics.followups import FollowUp, step_said
from tools.diagnostics.runbooks import Runbook, Runbooks, Step, index_of
from tools.diagnostics.tool import Result
from tools.errors import NotFound
from tools.search.index import Index

_NAMING = "runbook runbooks playbook playbooks covers cover recover there"


@dataclass(frozen=True, slots=True)
class RunbookGuide:
    """Shows runbooks and their steps. How far a thread has come is in its subject: `runbook` and `step`."""

    runbooks: Runbooks
    executor: Executor
    confirming: Confirming
    index: Index = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "index", index_of(self.runbooks))

    async def answer(self, request: Request, follow: FollowUp, caller: Caller) -> Reply:
        """A runbook that is asked for by its symptoms, the list of them, or the next step of the thread's."""
        if follow == "runbooks":
            return self._list()
        if follow == "next":
            return await self._next(request, caller)
        wanted = await self._find(request.text)
        if wanted is None and request.subject.get("runbook"):
            wanted = self.runbooks.find(str(request.subject["runbook"]))
        if wanted is None:
            return self._list("I have no runbook for that. There are:")
        return self._whole(wanted, request)

    async def show(self, arguments: Mapping[str, Json], request: Request, caller: Caller) -> Reply:
        """The step, or the whole runbook, that a button names."""
        runbook = self.runbooks.get(str(arguments.get("runbook") or ""))
        number = arguments.get("step")
        if not isinstance(number, int) or number < 1:
            return self._whole(runbook, request)
        return await self._step(runbook, number, request, caller)

    async def _next(self, request: Request, caller: Caller) -> Reply:
        name = str(request.subject.get("runbook") or "")
        if not name:
            raise NotFound(
                "No runbook is being followed here. Ask me what is wrong, or for the runbook of something."
            )
        runbook = self.runbooks.get(name)
        at = request.subject.get("step")
        said = step_said(request.text)
        number = said + 1 if said is not None and "done" in request.text.lower() else said
        number = number or (at if isinstance(at, int) and at > 0 else 1)
        return await self._step(runbook, number, request, caller)

    async def _step(self, runbook: Runbook, number: int, request: Request, caller: Caller) -> Reply:
        step = runbook.step(number)
        if step is None:
            text = f"That was the last step. It is over when: {runbook.over_when}"
            subject = {**request.subject, "runbook": runbook.id, "step": len(runbook.steps)}
            return Reply(escape(text), (section(escape(text)), *_row(self._ends(request))), subject=subject)
        results = await self._run(step, request, caller)
        done = [result for result in results if result.status != "needs_approval"]
        plans = [await self._planned(result, caller) for result in results if result.plan is not None]
        text = f"Step {number} of {len(runbook.steps)}: {step.title}. {step.text}".strip()
        text += "".join(f"\n- {result.connection}: {result.summary}" for result in done)
        value = {**_diagnosis(request), "runbook": runbook.id, "step": number + 1}
        label = "Done, next step" if runbook.step(number + 1) else "Done, that was the last"
        buttons = [views.press("step", label, value), *self._ends(request)]
        return Reply(
            escape(text),
            views.step_blocks(runbook, step, done, buttons),
            more=tuple(plans),
            subject={**request.subject, "runbook": runbook.id, "step": number + 1},
        )

    async def _run(self, step: Step, request: Request, caller: Caller) -> list[Result]:
        """The step's tool, where it is connected and needs to be told no more than the step says."""
        tool = self.executor.registry.tools.get(step.tool)
        if tool is None:
            return []
        given = dict(step.arguments or {})
        connection = given.pop("connection", "")
        needs = [name for name, field in tool.arguments.model_fields.items() if field.is_required()]
        if any(name not in given for name in needs):
            return []
        call = Call(step.tool, dict(given), connection)
        return await self.executor.run([call], caller, correlation_id=request.correlation_id)

    async def _planned(self, result: Result, caller: Caller) -> Reply:
        assert result.plan is not None  # noqa: S101 - chosen by it
        await self.confirming.plans.keep(result.plan, caller.id)
        another = self.confirming.needs_another(result.plan.tool)
        text = views.plan_text(result.plan, another=another)
        return Reply(escape(text), views.plan_blocks(result.plan, another=another))

    async def _find(self, text: str) -> Runbook | None:
        """By what it is called, or by its symptoms."""
        low = text.lower()
        for one in self.runbooks.all():
            if one.id in low or one.title.lower() in low:
                return one
        said = " ".join(word for word in low.split() if word.strip("?!.,'") not in _NAMING.split())
        found = await asyncio.to_thread(self.index.search, said)
        return self.runbooks.find(found.best) if found.hits else None

    def _whole(self, runbook: Runbook, request: Request) -> Reply:
        steps = " ".join(f"{step.number}. {step.title}." for step in runbook.steps)
        value = {**_diagnosis(request), "runbook": runbook.id, "step": 1}
        buttons = [views.press("step", f"Start: {runbook.steps[0].title}", value)] if runbook.steps else []
        return Reply(
            escape(f"{runbook.title}. {steps}"),
            views.runbook_blocks(runbook, buttons),
            subject={**request.subject, "runbook": runbook.id, "step": 1},
        )

    def _list(self, lead: str = "The runbooks:") -> Reply:
        lines = [f"{one.title} ({one.id})" for one in self.runbooks.all()]
        shown = "\n".join(f"• {escape(line)}" for line in lines)
        return Reply(escape(f"{lead} {'; '.join(lines)}."), (section(f"{lead}\n{shown}"),))

    def _ends(self, request: Request) -> list[Block]:
        value = _diagnosis(request)
        return [views.press("escalate", "Escalate", value), views.press("solved", "Solved", value)]


def _diagnosis(request: Request) -> dict[str, Json]:
    """What a button carries on of its thread."""
    carried = {**request.subject, **request.routed.arguments}
    return {name: carried[name] for name in ("diagnosis_id", "incident") if carried.get(name)}


def _row(buttons: Sequence[Block]) -> tuple[Block, ...]:
    return ({"type": "actions", "elements": list(buttons)},)
