"""The least of a server that speaks Socket Mode, written from Slack's documentation: one connection at a time."""

import asyncio
from typing import Literal

from aiohttp import WSMsgType, web

Manner = Literal["refuses", "disconnects", "replaces"]


class OneSocket:
    """What it does with a second connection is its manner; it counts the addresses it was asked for."""

    def __init__(self, manner: Manner) -> None:
        self.manner = manner
        self.asked = 0
        self.open: list[web.WebSocketResponse] = []
        self.opened = asyncio.Condition()

    async def start(self) -> None:
        app = web.Application()
        app.router.add_post("/api/apps.connections.open", self._address)
        app.router.add_get("/socket", self._socket)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self._place = f"127.0.0.1:{self._runner.addresses[0][1]}"
        self.api_url = f"http://{self._place}/api/"

    async def stop(self) -> None:
        await self._runner.cleanup()

    async def asked_times(self, count: int) -> None:
        async with self.opened:
            await self.opened.wait_for(lambda: self.asked >= count)

    async def _address(self, _: web.Request) -> web.Response:
        self.asked += 1
        async with self.opened:
            self.opened.notify_all()
        return web.json_response({"ok": True, "url": f"ws://{self._place}/socket"})

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        if self.open and self.manner == "refuses":
            return web.Response(status=409)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        if self.open and self.manner == "disconnects":
            await socket.send_str('{"type": "disconnect", "reason": "too_many_websockets"}')
            await socket.close()
            return socket
        for other in list(self.open):
            await other.close()
        self.open.append(socket)
        await socket.send_str('{"type": "hello"}')
        async for message in socket:
            if message.type == WSMsgType.TEXT:
                break
        self.open.remove(socket)
        return socket
