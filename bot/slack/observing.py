"""What is noted while payloads are received, wherever that happens."""

from collections import Counter
from typing import Protocol

from pydantic import BaseModel

from bot import metrics


class Observer(Protocol):
    """Told of each payload and connection."""

    def event(self, kind: str, outcome: str) -> None:
        """What became of a payload: accepted, duplicate, ignored, malformed, failed."""
        ...

    def acknowledged(self, seconds: float) -> None:
        """From its receipt to its acknowledgement."""
        ...

    def reconnected(self, reason: str) -> None:
        """The watchdog replaced a connection."""
        ...


class ToMetrics:
    """Straight into the metrics of the process."""

    def event(self, kind: str, outcome: str) -> None:
        """As `Observer` says."""
        metrics.events.labels(kind, outcome).inc()

    def acknowledged(self, seconds: float) -> None:
        """As `Observer` says."""
        metrics.ack_seconds.observe(seconds)

    def reconnected(self, reason: str) -> None:
        """As `Observer` says."""
        metrics.reconnects.labels(reason).inc()


class Noted(BaseModel):
    """Notes on their way to another process; `pass_on` adds them to the observer there."""

    events: list[tuple[str, str, int]] = []
    acknowledged: list[float] = []
    reconnected: list[str] = []

    def pass_on(self, observer: Observer) -> None:
        """Once for each note."""
        for kind, outcome, count in self.events:
            for _ in range(count):
                observer.event(kind, outcome)
        for seconds in self.acknowledged:
            observer.acknowledged(seconds)
        for reason in self.reconnected:
            observer.reconnected(reason)


class Notebook:
    """Collects notes until they are taken."""

    def __init__(self) -> None:
        self._events: Counter[tuple[str, str]] = Counter()
        self._acknowledged: list[float] = []
        self._reconnected: list[str] = []

    def event(self, kind: str, outcome: str) -> None:
        """As `Observer` says."""
        self._events[kind, outcome] += 1

    def acknowledged(self, seconds: float) -> None:
        """As `Observer` says."""
        self._acknowledged.append(round(seconds, 6))

    def reconnected(self, reason: str) -> None:
        """As `Observer` says."""
        self._reconnected.append(reason)

    def take(self) -> Noted:
        """All since the last time."""
        noted = Noted(
            events=[(kind, outcome, count) for (kind, outcome), count in self._events.items()],
            acknowledged=self._acknowledged,
            reconnected=self._reconnected,
        )
        self._events, self._acknowledged, self._reconnected = Counter(), [], []
        return noted
