"""Leaves an endpoint alone for a while after it failed several times in a row."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Breaker:
    """Open after `failures` in a row, for `seconds`; then one call may try, and its outcome decides."""

    failures: int = 3
    seconds: float = 30.0
    clock: Callable[[], float] = time.monotonic
    _failed: int = field(default=0, init=False)
    _closed_again: float = field(default=0.0, init=False)

    @property
    def is_open(self) -> bool:
        """Whether calls are to be refused at once."""
        return self._failed >= self.failures and self.clock() < self._closed_again

    def admit(self) -> bool:
        """Whether this call may go out. The one let through after the pause keeps the others waiting meanwhile."""
        if self.is_open:
            return False
        if self._failed >= self.failures:
            self._closed_again = self.clock() + self.seconds
        return True

    def succeeded(self) -> None:
        """The endpoint answered, whatever it said."""
        self._failed = 0

    def failed(self) -> None:
        """The endpoint did not answer."""
        self._failed += 1
        if self._failed >= self.failures:
            self._closed_again = self.clock() + self.seconds
