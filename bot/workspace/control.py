"""Control endpoints for tests and for curiosity. All JSON; they need no token and never appear in Slack's own API.

`GET /control/faults` lists pending faults; `DELETE` clears them, event mischief included. `POST` adds one:

    {"method": "chat.postMessage" | "*", "kind": "ratelimited", "seconds": 2, "count": 1}   429 with Retry-After
    {"method": ..., "kind": "status", "status": 503, "count": 3}                             an HTTP error
    {"method": ..., "kind": "delay", "seconds": 5}                                          answers late
    {"method": ..., "kind": "timeout"}                                                      never answers
    {"method": ..., "kind": "error", "error": "internal_error"}                             `ok: false`
    ... "after": true    the call is carried out first, as when only the answer is lost

`POST /control/events {"copies": 2, "reorder": 5}` sends each event so many times in all, with the same event_id, and
holds so many back to send them in reverse. `POST /control/disconnect {"kind": "refresh" | "warning" | "drop" | "deaf",
"count": 1, "pings": false}` troubles the sockets: a refresh as Slack asks for it, a cut without a word, or connections
left open that lose what is sent to them (the oldest `count`, all where absent), answering pings or not. `POST /control/plan {"user_groups": false}` takes user groups away.
`GET /control/log?method=M` gives the last calls, `GET /control/events` the acknowledgements with their seconds.
"""

import json

from aiohttp import web

from bot.workspace.hub import Fault, Hub
from bot.workspace.sockets import EventFaults
from bot.workspace.wire import Obj

KINDS = ("ratelimited", "status", "delay", "timeout", "error")


class Control:
    """The endpoints under `/control`."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def add_routes(self, app: web.Application) -> None:
        """Register them."""
        app.router.add_get("/control/faults", self._list_faults)
        app.router.add_post("/control/faults", self._add_fault)
        app.router.add_delete("/control/faults", self._clear_faults)
        app.router.add_get("/control/events", self._acknowledged)
        app.router.add_post("/control/events", self._event_faults)
        app.router.add_post("/control/disconnect", self._disconnect)
        app.router.add_post("/control/plan", self._plan)
        app.router.add_get("/control/log", self._log)

    async def _list_faults(self, _: web.Request) -> web.Response:
        return web.json_response({"faults": [fault.wire() for fault in self._hub.faults]})

    async def _add_fault(self, request: web.Request) -> web.Response:
        body = await read_object(request)
        kind = body.get("kind")
        if kind not in KINDS:
            return refused(f"kind must be one of {', '.join(KINDS)}.")
        known = {name: body[name] for name in Fault.__dataclass_fields__ if name in body}
        fault = Fault(**{"method": "*", "count": 1, **known})
        self._hub.faults.append(fault)
        return web.json_response(fault.wire())

    async def _clear_faults(self, _: web.Request) -> web.Response:
        self._hub.faults.clear()
        self._hub.sockets.faults = EventFaults()
        return web.json_response({})

    async def _acknowledged(self, _: web.Request) -> web.Response:
        sockets = self._hub.sockets
        return web.json_response(
            {
                "acknowledged": [vars(each) for each in sockets.acknowledged],
                "undelivered": list(sockets.undelivered),
                "in_flight": sockets.in_flight,
            }
        )

    async def _event_faults(self, request: web.Request) -> web.Response:
        body = await read_object(request)
        copies, reorder = body.get("copies", 1), body.get("reorder", 0)
        if not isinstance(copies, int) or not isinstance(reorder, int) or copies < 1 or reorder < 0:
            return refused("copies is a whole number from 1, reorder one from 0.")
        self._hub.sockets.faults = EventFaults(copies, reorder)
        return web.json_response({"copies": copies, "reorder": reorder})

    async def _disconnect(self, request: web.Request) -> web.Response:
        body = await read_object(request)
        kind, sockets = body.get("kind"), self._hub.sockets
        if kind == "refresh":
            await sockets.refresh(body.get("count"))
        elif kind == "warning":
            await sockets.refresh(body.get("count"), reason="warning")
        elif kind == "drop":
            sockets.drop()
        elif kind == "deaf":
            sockets.deafen(body.get("count"), pings=bool(body.get("pings")))
        else:
            return refused("kind must be one of refresh, warning, drop, deaf.")
        return web.json_response({"kind": kind})

    async def _plan(self, request: web.Request) -> web.Response:
        body = await read_object(request)
        self._hub.has_user_groups = bool(body.get("user_groups", True))
        return web.json_response({"user_groups": self._hub.has_user_groups})

    async def _log(self, request: web.Request) -> web.Response:
        wanted = request.query.get("method")
        calls = [call.wire() for call in self._hub.calls if wanted in (None, call.method)]
        return web.json_response({"calls": calls})


async def read_object(request: web.Request) -> Obj:
    """A request's JSON object, empty where there is no body; 400 with one sentence for anything else."""
    raw = await request.read()
    try:
        body = json.loads(raw) if raw else {}
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise web.HTTPBadRequest(
            text=json.dumps({"error": "The body must be a JSON object."}), content_type="application/json"
        )
    return body


def refused(sentence: str, status: int = 400) -> web.Response:
    """An error in one sentence."""
    return web.json_response({"error": sentence}, status=status)
