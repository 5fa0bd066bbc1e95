"""Connecting to PostgreSQL for one question, and its errors as faults in words."""

import contextlib
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

import asyncpg

from tools.diagnostics.conditions import Condition
from tools.diagnostics.tool import Fault

_LOCK_PATIENCE: Final = 1_000  # milliseconds a question waits for a lock before it says that there is one

_FAULTS: Final[Sequence[tuple[tuple[type[BaseException], ...], Condition, str]]] = (
    ((asyncpg.LockNotAvailableError,), "blocked_query", "A table of {name} is locked, so that it cannot be read"),
    ((TimeoutError, asyncpg.QueryCanceledError), "timeout", "{name} gave no answer in time"),
    ((asyncpg.TooManyConnectionsError,), "connections_exhausted", "{name} takes no more connections: all are in use"),
    (
        (asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InsufficientPrivilegeError),
        "auth_failed",
        "{name} does not let this user in or read this: {error}",
    ),
    (
        (asyncpg.InvalidCatalogNameError, asyncpg.UndefinedTableError, asyncpg.UndefinedColumnError),
        "missing",
        "{name} lacks what was asked for: {error}",
    ),
    ((asyncpg.CannotConnectNowError,), "unreachable", "{name} is starting up, shutting down or recovering"),
    (
        (ConnectionRefusedError, FileNotFoundError),
        "connection_refused",
        "Nothing answers at {place}: the connection is refused",
    ),
    ((ssl.SSLError,), "tls_error", "No secure connection to {name}"),
    ((asyncpg.PostgresConnectionError, OSError), "unreachable", "{name} cannot be reached ({error})"),
    ((asyncpg.PostgresError, asyncpg.InterfaceError, ValueError), "misconfigured", "{name} cannot be asked: {error}"),
)
"""What an error means, the first that fits; order matters, for some are kinds of others."""


@asynccontextmanager
async def connected(url: str, name: str, place: str, patience: float) -> AsyncIterator[asyncpg.Connection]:
    """A connection of its own. Raises `Fault` for whatever the server or the way to it does; `patience` in seconds."""
    settings = {
        "application_name": "deskhand",
        "statement_timeout": str(int(patience * 1000)),
        "lock_timeout": str(_LOCK_PATIENCE),
    }
    server: asyncpg.Connection | None = None
    try:
        server = await asyncpg.connect(url, timeout=patience, command_timeout=patience, server_settings=settings)
        yield server
        with contextlib.suppress(TimeoutError):
            await server.close(timeout=1)
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError, ValueError) as error:
        raise _fault(error, name, place) from error
    finally:
        if server is not None:
            server.terminate()


def _fault(error: BaseException, name: str, place: str) -> Fault:
    for kinds, condition, said in _FAULTS:
        if isinstance(error, kinds):
            return Fault(condition, said.format(name=name, place=place, error=error))
    return Fault("unreachable", f"{name} cannot be reached ({type(error).__name__})")
