"""What the page's `break` menu asks of whoever runs the workspace: faults that can be made and mended."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class FaultState:
    """One fault: `detail` says what is really broken, `broken` whether it is now."""

    id: str
    title: str
    detail: str
    broken: bool


class Faults(Protocol):
    """Makes and mends faults."""

    async def all(self) -> Sequence[FaultState]:
        """Every fault there is, as it stands."""
        ...

    async def set(self, fault_id: str, *, broken: bool) -> None:
        """Break it or mend it; nothing where it is so already. Raises `Problem` where that cannot be done now."""
        ...
