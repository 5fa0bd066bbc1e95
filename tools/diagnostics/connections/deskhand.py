"""Deskhand itself: its inbox, its connections to Slack, its model. What it says comes from the process that runs."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from tools.diagnostics.connections.base import Connection, ConnectionConfig
from tools.diagnostics.tool import NoArguments, NoData, Report, tool
from tools.narrative.text import duration_text, plural

NAME: Final = "deskhand"
_BACKLOG: Final = 50
_OLDEST: Final = 60.0  # seconds a message may wait


@dataclass(frozen=True, slots=True)
class QueueState:
    """The inbox: messages waiting, being answered, given up in the last day; `oldest` in seconds, 0 where none wait."""

    waiting: int
    running: int
    given_up: int
    oldest: float


@dataclass(frozen=True, slots=True)
class SlackState:
    """Connections to Slack that are open, of those wanted. Both 0 where events come over HTTP."""

    open: int
    wanted: int


@dataclass(frozen=True, slots=True)
class ModelState:
    """The model: whether it answers, what went wrong last; `name` is empty where none is set."""

    name: str
    answers: bool
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Deskhand:
    """How the running bot is asked. A part that this process does not have is None."""

    queue: Callable[[], Awaitable[QueueState]] | None = None
    slack: Callable[[], Awaitable[SlackState]] | None = None
    model: Callable[[], Awaitable[ModelState]] | None = None


class DeskhandConnection(Connection):
    """The bot that runs these tools."""

    def __init__(self, deskhand: Deskhand) -> None:
        super().__init__(ConnectionConfig(NAME, "deskhand"))
        self._deskhand = deskhand

    @property
    def place(self) -> str:
        """This process."""
        return "this process"

    async def check(self) -> str:
        """Its queue, where it has one."""
        if self._deskhand.queue is None:
            return "runs"
        state = await self._deskhand.queue()
        return f"runs, {plural(state.waiting, 'message')} waiting"

    @tool()
    async def queue_depth(self, arguments: NoArguments, report: Report) -> str:
        """How many messages to Deskhand wait for an answer, how long the oldest has, and how many were given up.

        Answers "how full is the queue", "is Deskhand behind".
        """
        if self._deskhand.queue is None:
            raise NoData("This process has no inbox; ask the running bot.")
        report.asked("inbox by status")
        state = await self._deskhand.queue()
        facts = (
            report.fact("queue.waiting", "messages that wait", state.waiting, "count"),
            report.fact("queue.oldest", "time the oldest message waits", state.oldest, "seconds"),
        )
        report.fact("queue.running", "messages being answered", state.running, "count")
        lost = report.fact("queue.given_up", "messages given up in the last day", state.given_up, "count")
        if state.waiting > _BACKLOG or state.oldest > _OLDEST:
            said = f"{plural(state.waiting, 'message')} waiting, the oldest for {duration_text(state.oldest)}"
            report.finding("queue_backlog", "critical", said, *facts, subject="inbox")
        if state.given_up:
            said = f"{plural(state.given_up, 'message')} given up in the last day"
            report.finding("jobs_given_up", "warning", said, lost, subject="inbox")
        return f"{plural(state.waiting, 'message')} waiting, {state.running} being answered."

    @tool()
    async def deskhand_health(self, arguments: NoArguments, report: Report) -> str:
        """How Deskhand itself is: its connections to Slack and its language model.

        Answers "is the bot well", "is the model up", "is Slack connected".
        """
        said: list[str] = []
        if self._deskhand.slack is not None:
            said.append(await self._slack(self._deskhand.slack, report))
        if self._deskhand.model is not None:
            said.append(await self._model(self._deskhand.model, report))
        if not said:
            raise NoData("This process has neither Slack nor a model to look at.")
        return "; ".join(said) + "."

    async def _slack(self, ask: Callable[[], Awaitable[SlackState]], report: Report) -> str:
        report.asked("open sockets")
        state = await ask()
        if not state.wanted:
            return "Slack sends its events over HTTP"
        fact = report.fact("slack.open", "connections to Slack that are open", state.open, "count")
        wanted = report.fact("slack.wanted", "connections to Slack that are wanted", state.wanted, "count")
        if not state.open:
            report.finding("slack_disconnected", "critical", "No connection to Slack is open", fact, wanted)
        return f"{state.open} of {plural(state.wanted, 'connection')} to Slack open"

    async def _model(self, ask: Callable[[], Awaitable[ModelState]], report: Report) -> str:
        report.asked("model")
        state = await ask()
        if not state.name:
            return "no model is set, rules do the work"
        report.fact("model.name", "model", state.name, "text")
        if not state.answers:
            why = f": {state.trouble}" if state.trouble else ""
            report.finding("model_down", "warning", f"The model {state.name} does not answer{why}")
            return f"the model {state.name} does not answer, rules do the work"
        return f"the model {state.name} answers"
