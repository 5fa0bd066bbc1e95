"""Blocking calls beside the event loop, in threads of their own.

The loop's usual pool has few threads, and one that hangs (a dead network mount, a locked file) is never given back and
is waited for at the end of the process. Here each call has a daemon thread, so that it holds nothing but itself.
"""

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

_T = TypeVar("_T")


async def in_thread(work: Callable[[], _T]) -> _T:
    """What `work` returns or raises. Cancelling stops the waiting, not the work."""
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[_T] = loop.create_future()

    def settle(value: _T | None, error: BaseException | None) -> None:
        if outcome.done():
            return
        if error is not None:
            outcome.set_exception(error)
        else:
            outcome.set_result(value)  # type: ignore[arg-type]  # None only where work returned it

    def run() -> None:
        try:
            value, error = work(), None
        except BaseException as caught:
            value, error = None, caught
        if not loop.is_closed():
            loop.call_soon_threadsafe(settle, value, error)

    threading.Thread(target=run, name="diagnostics", daemon=True).start()
    return await outcome
