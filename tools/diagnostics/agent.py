"""A diagnosis with a model's help: it may ask further read tools and put the cause into words; it decides nothing.

Rules come first and are the floor: their tools have run, their verdict, cause and evidence stand. The model sees what the
tools gave back as data, asks for more within bounds (steps, calls, time), and may add a short explanation. That is said
only where it is about what was found, in known words and figures (`remarks`). Only read tools that the asker may run are
offered, and each is checked again when it runs; an action never runs from here.
"""

import asyncio
import contextlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from tools.diagnostics.diagnosis import Diagnosis, Diagnostician, Progress, Question
from tools.diagnostics.executor import Call, Caller
from tools.diagnostics.remarks import sayable
from tools.diagnostics.tool import Json, Result, Tool
from tools.errors import Problem

MOST_STEPS: Final = 5
MOST_CALLS: Final = 12
MOST_SECONDS: Final = 45.0
_LONGEST_EVIDENCE: Final = 14_000
_MOST_PER_STEP: Final = 4


@dataclass(frozen=True, slots=True)
class Asked:
    """A tool that the model asks for; `arguments` as it wrote them, unchecked, None where they are no JSON object."""

    tool: str
    arguments: Mapping[str, Json] | None


@dataclass(frozen=True, slots=True)
class Step:
    """What the model wants next: further tools, or, with none, its answer."""

    calls: tuple[Asked, ...] = ()
    answer: str = ""


class Reasoner(Protocol):
    """A model. Every text given to it but the names of tools is data."""

    async def step(self, question: str, evidence: str, offered: Sequence[Tool], note: str) -> Step:
        """One step; with nothing offered it has to answer. Raises `Problem` where it gives nothing usable."""
        ...


@dataclass(frozen=True, slots=True)
class Agent:
    """Adds a model to what rules have found; where it gives nothing usable, that is what there is."""

    diagnostician: Diagnostician
    reasoner: Reasoner

    async def elaborate(self, found: Diagnosis, question: Question, caller: Caller, progress: Progress) -> Diagnosis:
        """The diagnosis with what the model had looked at as well, and with its remark, where it may be said."""
        if found.verdict == "denied" or not any(result.status != "denied" for result in found.results):
            return found
        offered = [tool for tool in await self.diagnostician.executor.offered(caller) if tool.kind == "read"]
        loop = _Loop(self, question, caller, progress, list(found.results), offered)
        answer = ""
        with contextlib.suppress(TimeoutError):  # what was looked at meanwhile counts
            async with asyncio.timeout(MOST_SECONDS):
                answer = await loop.run()
        if len(loop.results) > len(found.results):
            found = await asyncio.to_thread(self.diagnostician.conclude, found.selection, question, loop.results)
        registry = self.diagnostician.executor.registry
        described = [tool.description for tool in registry.tools.values()]
        return replace(found, remark=await asyncio.to_thread(sayable, answer, found, described, registry.secrets()))


@dataclass(slots=True)
class _Loop:
    """The steps of one diagnosis: bounded, and stopped when it goes in circles."""

    agent: Agent
    question: Question
    caller: Caller
    progress: Progress
    results: list[Result]
    offered: list[Tool]
    _seen: set[str] = field(default_factory=set)
    _repeats: int = 0
    _calls: int = 0

    async def run(self) -> str:
        """The model's answer, empty where it gave none in time."""
        note = ""
        for number in range(MOST_STEPS + 1):
            spent = number == MOST_STEPS or self._calls >= MOST_CALLS
            offered = [] if spent or self._repeats > 1 else self.offered
            try:
                step = await self.agent.reasoner.step(self.question.text, _evidence(self.results), offered, note)
            except Problem:
                return ""
            if not step.calls or not offered:
                return step.answer
            note = await self._ask(step.calls[:_MOST_PER_STEP])
            if self._repeats > 2:
                return ""
        return ""

    async def _ask(self, calls: Sequence[Asked]) -> str:
        """Run what is new; what the model is told beside the results."""
        new = [call for call in calls if self._is_new(call)]
        if not new:
            self._repeats += 1
            return "These were asked already and their results are above. Ask something else, or answer."
        names = {tool.name for tool in self.offered}
        wanted = [
            Call(
                call.tool, {k: v for k, v in call.arguments.items() if k != "connection"}, _connection(call.arguments)
            )
            for call in new
            if call.tool in names and call.arguments is not None
        ][: MOST_CALLS - self._calls]
        self._calls += len(wanted)
        if wanted:
            await self.progress("looking further: " + ", ".join(dict.fromkeys(call.tool for call in wanted)))
            executor = self.agent.diagnostician.executor
            self.results += await executor.run(wanted, self.caller, correlation_id=self.question.correlation_id)
        unread = sorted({call.tool for call in new if call.tool in names and call.arguments is None})
        notes = [f"The arguments of {name} are not a JSON object." for name in unread]
        if any(call.tool not in names for call in new):
            notes.append("Some of what was asked for is not among the tools offered.")
        return " ".join(notes)

    def _is_new(self, call: Asked) -> bool:
        key = json.dumps([call.tool, dict(call.arguments or {})], sort_keys=True, default=str)
        if key in self._seen:
            return False
        self._seen.add(key)
        return True


def _connection(arguments: Mapping[str, Json]) -> str:
    named = arguments.get("connection", "")
    return named if isinstance(named, str) else str(named)[:60]  # no such connection, and it is told


def _evidence(results: Sequence[Result]) -> str:
    """Results as JSON lines, the newest whole first when it gets too long; redacted by the executor already."""
    lines: list[str] = []
    left = _LONGEST_EVIDENCE
    for result in reversed(results):
        shown = result.as_json()
        shown.pop("evidence", None)
        line = json.dumps(shown, ensure_ascii=False, default=str)
        if len(line) > left:
            line = json.dumps({"tool": result.tool, "connection": result.connection, "summary": result.summary})
        left -= len(line)
        if left < 0:
            break
        lines.append(line)
    return "\n".join(reversed(lines))
