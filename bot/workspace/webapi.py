"""The Web API over HTTP: arguments out of query, form or JSON; token, scope and rate; then the method."""

import asyncio
import json
import time

from aiohttp import web

from bot.workspace import scopes
from bot.workspace.hub import Fault, Hub
from bot.workspace.interactions import Interactions
from bot.workspace.methods import agents, basics, chat, conversations, files, reactions, registry, streams, views
from bot.workspace.wire import Args, Obj, SlackError

FAMILIES = (agents, basics, chat, conversations, files, reactions, streams, views)
"""Imported so that their methods are registered."""

SILENCE_SECONDS = 3_600.0


class WebApi:
    """Answers `/api/<method>`."""

    def __init__(self, hub: Hub, interactions: Interactions, *, bot_token: str, app_token: str) -> None:
        self._hub = hub
        self._interactions = interactions
        self._kinds = {bot_token: "bot", app_token: "app"}

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One call. A refusal is HTTP 200 with `ok: false`, too many are 429 with Retry-After, as Slack does it."""
        method = request.match_info["method"]
        started = time.monotonic()
        channel = ""
        try:
            values = await read_values(request)
            channel = str(values.get("channel") or values.get("channel_id") or "")
            fault = self._fault(method)
            if fault is not None and not fault.after:
                if fault.kind != "delay":
                    return await self._fail(fault, method, started, channel)
                await asyncio.sleep(fault.seconds)
                fault = None
            body: Obj = {"ok": True, **await self._call(method, request, values)}
            if fault is not None:
                return await self._fail(fault, method, started, channel)
            self._hub.log(method, started, "", channel)
            return self._answer(method, body)
        except SlackError as error:
            status = 429 if error.retry_after is not None else 200
            self._hub.log(method, started, error.code, channel, status)
            return self._answer(method, error.body(), status=status, retry_after=error.retry_after)

    async def _call(self, method: str, request: web.Request, values: Obj) -> Obj:
        handler = registry.METHODS.get(method)
        if handler is None:
            raise SlackError("unknown_method", extra={"req_method": method})
        need = scopes.METHODS[method]
        self._authenticate(_token(request, values), need)
        if need.bearer == "bot":
            missing = self._hub.manifest.missing(method)
            if missing:
                raise registry.missing_scope(self._hub, missing)
        self._hub.limiter.method(method, need.tier)
        return await handler(registry.Context(method, self._hub, self._interactions, Args(values)))

    def _authenticate(self, token: str, need: scopes.Need) -> None:
        if need.bearer == "any" and not need.scopes and need.tier == 4:
            return
        if not token:
            raise SlackError("not_authed")
        kind = self._kinds.get(token)
        if kind is None:
            raise SlackError("invalid_auth")
        if kind != need.bearer and not (need.bearer == "any" and kind == "bot"):
            raise SlackError("not_allowed_token_type")

    def _answer(self, method: str, body: Obj, *, status: int = 200, retry_after: int | None = None) -> web.Response:
        headers = {
            "x-oauth-scopes": ",".join(self._hub.manifest.bot_scopes),
            "x-slack-req-id": self._hub.state.secret(8),
        }
        if method in scopes.METHODS:
            accepted = {scope for alternatives in scopes.scopes_for(method) for scope in alternatives}
            headers["x-accepted-oauth-scopes"] = ",".join(sorted(accepted))
        if retry_after is not None:
            headers["Retry-After"] = str(retry_after)
        return web.json_response(body, status=status, headers=headers)

    # --- trouble on request ----------------------------------------------------------------------------------------

    def _fault(self, method: str) -> Fault | None:
        for fault in self._hub.faults:
            if fault.method in ("*", method):
                fault.count -= 1
                if fault.count <= 0:
                    self._hub.faults.remove(fault)
                return fault
        return None

    async def _fail(self, fault: Fault, method: str, started: float, channel: str) -> web.StreamResponse:
        if fault.kind == "ratelimited":
            raise SlackError("ratelimited", retry_after=max(1, int(fault.seconds)))
        if fault.kind == "error":
            raise SlackError(fault.error)
        if fault.kind == "status":
            self._hub.log(method, started, "injected", channel, fault.status)
            return web.Response(status=fault.status, text="upstream connect error")
        self._hub.log(method, started, "injected", channel, 0)
        await asyncio.sleep(fault.seconds if fault.kind == "delay" else SILENCE_SECONDS)
        return web.Response(status=504, text="gateway timeout")


async def read_values(request: web.Request) -> Obj:
    """The arguments of a call, from wherever they were put; the body wins over the query."""
    values: Obj = dict(request.query)
    if request.method not in ("POST", "PUT") or not request.can_read_body:
        return values
    if request.content_type == "application/json":
        try:
            body = json.loads(await request.read())
        except ValueError:
            raise SlackError("invalid_json") from None
        if not isinstance(body, dict):
            raise SlackError("json_not_object")
        return {**values, **body}
    if request.content_type not in ("application/x-www-form-urlencoded", "multipart/form-data"):
        raise SlackError("invalid_post_type")
    form = await request.post()
    return {**values, **{name: value for name, value in form.items() if isinstance(value, str)}}


def _token(request: web.Request, values: Obj) -> str:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "bearer" and token:
        return token.strip()
    return "" if "token" in request.query else str(values.get("token") or "")
