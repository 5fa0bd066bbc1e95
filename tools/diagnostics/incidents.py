"""What is kept of a diagnosis and of an incident: who found it, who was woken, who took it, who solved it.

An incident begins when a diagnosis finds something wrong, and ends when somebody says that it is solved. Whether people
had to be woken for it is therefore counted, never guessed.
"""

from dataclasses import dataclass
from typing import Literal, Protocol

State = Literal["open", "escalated", "acknowledged", "solved"]


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident. Times are UTC epoch seconds, None where it has not come to that; people are ids."""

    id: int
    channel: str
    thread_ts: str
    question: str
    title: str
    """What is wrong, in a sentence."""
    cause: str
    """The condition behind it, empty where none was found."""
    runbook: str
    escalate_to: str
    state: State
    opened_at: float
    opened_by: str
    diagnosis_id: str = ""
    escalated_at: float | None = None
    escalated_by: str = ""
    acknowledged_at: float | None = None
    acknowledged_by: str = ""
    solved_at: float | None = None
    solved_by: str = ""
    reminders: int = 0

    @property
    def name(self) -> str:
        """What people call it."""
        return f"INC-{self.id}"


@dataclass(frozen=True, slots=True)
class NewIncident:
    """What an incident begins with."""

    channel: str
    thread_ts: str
    question: str
    title: str
    cause: str
    runbook: str
    escalate_to: str
    by: str
    diagnosis_id: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """A diagnosis as it was told: `payload` is the JSON of `diagnosis.Diagnosis.as_json`."""

    id: str
    at: float
    by: str
    channel: str
    thread_ts: str
    question: str
    payload: str


@dataclass(frozen=True, slots=True)
class Figures:
    """Counted from incidents opened in a period. Times in seconds; None where nothing was solved."""

    opened: int
    solved: int
    escalated: int
    avoided: int
    """Solved without anybody being woken."""
    median_to_solve: float | None
    median_to_acknowledge: float | None
    by_cause: tuple[tuple[str, int], ...]
    """Causes with how often, the most frequent first."""


class IncidentStore(Protocol):
    """Where both are kept. Every change is compared and set: of two people at once, one makes it."""

    async def open(self, new: NewIncident) -> Incident:
        """The thread's incident that is not solved yet, brought up to date; a new one where there is none."""
        ...

    async def get(self, incident_id: int) -> Incident | None:
        """The incident, or None."""
        ...

    async def of_thread(self, channel: str, thread_ts: str) -> Incident | None:
        """The newest incident of a thread, solved or not; None where it has none."""
        ...

    async def unsolved(self) -> list[Incident]:
        """All that is not solved, oldest first."""
        ...

    async def escalate(self, incident_id: int, by: str) -> bool:
        """False where it was escalated, or solved, before."""
        ...

    async def acknowledge(self, incident_id: int, by: str) -> bool:
        """False where it is not waiting to be acknowledged."""
        ...

    async def solve(self, incident_id: int, by: str) -> bool:
        """False where it was solved before."""
        ...

    async def reminded(self, incident_id: int, number: int) -> bool:
        """Note reminder `number` (1 is the first); False where it was made before or is no longer wanted."""
        ...

    async def keep(self, diagnosis: Kept) -> None:
        """Keep a diagnosis, for its details and follow-ups."""
        ...

    async def kept(self, diagnosis_id: str) -> Kept | None:
        """The diagnosis, or None."""
        ...

    async def figures(self, since: float, until: float) -> Figures:
        """Counted over the incidents opened from `since` to `until`."""
        ...
