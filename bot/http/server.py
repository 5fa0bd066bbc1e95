"""Serves the application with uvicorn in the running event loop; signals stay with whoever runs the bot."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from tools.errors import Problem

_GRACE: Final = 5  # seconds that requests under way get at the end


class HttpServer:
    """`start()` returns when it listens; `address` says where, also where port 0 was asked for."""

    def __init__(self, app: ASGIApp, host: str, port: int) -> None:
        self._host, self._port = host, port
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=_GRACE,
            server_header=False,
        )
        self._server = _Server(config)
        self._serving: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Bind and serve. Raises `Problem` saying what to do where the address cannot be had."""
        bound = await _bind(self._host, self._port)
        self._host, self._port = bound.getsockname()[:2]
        self._serving = asyncio.create_task(self._server.serve(sockets=[bound]), name="http")
        await self._server.listening.wait()

    @property
    def address(self) -> str:
        """`http://host:port`."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._port}"

    async def stop(self) -> None:
        """Finish what is under way, within a few seconds, and close."""
        if self._serving is not None:
            self._server.should_exit = True
            await self._serving
            self._serving = None


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the process's signals alone."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and say so."""
        await super().startup(sockets)
        self.listening.set()


async def _bind(host: str, port: int) -> socket.socket:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        family, kind, protocol, _, address = found[0]
        bound = socket.socket(family, kind, protocol)
        try:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.bind(address)
            bound.listen(128)
        except BaseException:
            bound.close()
            raise
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise Problem(f"Cannot listen on {host}:{port}: {reason}. Set DESKHAND_HTTP to a free host:port.") from error
    bound.setblocking(False)
    return bound
