"""Every role against every tool, by Slack and by the API: what was run for whom is read back from the audit."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import aiohttp
import pytest
from pydantic import SecretStr
from talk import Conversation, settings_for

from bot.access.permissions import PERMISSIONS
from bot.composition import build_handlers, slack_bot
from bot.diagnostics import Asker
from bot.http.app import create_app
from bot.http.routes.chatops import ChatopsServices, routes
from bot.http.server import HttpServer
from bot.http.tokens import Gate
from bot.protocols import Role
from bot.settings import ConnectionSettings, HttpToken
from bot.slack.commits import GroupCommit
from bot.slack.threads import Threads
from bot.workspace.server import Workspace
from tools.diagnostics.actions import digest_of
from tools.diagnostics.executor import Call
from tools.diagnostics.registry import Registry, known_tools
from tools.diagnostics.tool import Plan

ROLES: tuple[Role, ...] = ("viewer", "analyst", "approver", "operator", "admin")
GROUPS = {
    "analyst": "quant-analysts",
    "approver": "strategy-approvers",
    "operator": "trading-ops",
    "admin": "deskhand-admins",
}
DEAD = "127.0.0.1:9"
URLS = {
    "duckdb": "/nowhere/at.duckdb", "postgres": f"postgresql://u:p@{DEAD}/d", "redis": f"redis://{DEAD}",
    "http": f"http://{DEAD}", "prometheus": f"http://{DEAD}", "airflow": f"http://{DEAD}", "platform": f"http://{DEAD}",
}  # fmt: skip
EVERYTHING = "is everything ok?"


@dataclass
class Both:
    conversation: Conversation
    http: aiohttp.ClientSession
    gate: Gate

    @property
    def registry(self) -> Registry:
        return self.conversation.bot.parts.diagnostics.registry

    async def audited(self, actor: str) -> dict[str, set[str]]:
        """Tool to what was decided, for one who asked."""
        found: dict[str, set[str]] = {}
        async for line in self.conversation.bot.audit.export():
            entry = json.loads(line)
            entry = entry.get("entry", entry)
            if entry["actor"] == actor and entry["action"] in ("tool", "action"):
                found.setdefault(entry["tool"], set()).add(entry["decision"])
        return found


def token(role: str) -> str:
    return f"{role}-" + "t" * 16


@pytest.fixture
async def both(home: Path) -> AsyncIterator[Both]:
    connections = [
        ConnectionSettings(name=f"a {kind}", kind=kind, url=SecretStr(url), timeout=1) for kind, url in URLS.items()
    ]
    connections.append(ConnectionSettings(name="a host", kind="host"))
    tokens = [HttpToken(name=role, token=token(role), roles=[role]) for role in ROLES]
    async with Workspace() as workspace:
        settings = settings_for(workspace, home).model_copy(update={"connections": tuple(connections)})
        async with slack_bot(settings) as bot:
            gate = Gate(tokens, settings.roles.groups)
            threads = Threads(bot.core.database, GroupCommit(bot.core.database))
            handlers = build_handlers(replace(bot.parts, access=gate.access))
            app = create_app(routes(ChatopsServices(gate, bot.audit, bot.router, handlers, threads)))
            server = HttpServer(app, "127.0.0.1", 0)
            await server.start()
            async with aiohttp.ClientSession(server.address) as http:
                yield Both(Conversation(workspace, bot), http, gate)
            await server.stop()


async def test_every_role_against_every_tool(both: Both) -> None:
    tools = both.registry.tools
    assert set(tools) == known_tools()
    workspace = both.conversation.workspace
    user = workspace.state.user("olga").id
    await workspace.set_member("trading-ops", "olga", False)
    for role in ROLES:
        if role in GROUPS:
            await workspace.set_member(GROUPS[role], "olga", True)
        before = await both.audited(user)
        answer = await both.conversation.ask("olga", f"@Deskhand {EVERYTHING}")
        by_slack = {tool: seen - before.get(tool, set()) for tool, seen in (await both.audited(user)).items()}
        headers = {"Authorization": f"Bearer {token(role)}"}
        async with both.http.post("/chatops", json={"text": EVERYTHING}, headers=headers) as response:
            body = await response.json()
        by_http = await both.audited(f"http:{role}")
        allowed = PERMISSIONS[role]
        if "check_freshness" not in allowed:
            assert "needs the analyst role" in answer.text
            assert response.status == 403
            assert "needs the analyst role" in body["error"]
            assert not by_slack
            assert not by_http
            continue
        assert response.status == 200, body
        reads = {name for name, tool in tools.items() if tool.kind == "read"}
        assert set(by_http) == reads
        for name in reads:
            denied = tools[name].permission not in allowed
            assert ("denied" in by_http[name]) == denied, (role, name)
            assert (by_http[name] == {"denied"}) == denied, (role, name)
            if denied:
                assert "denied" in (await both.audited(user))[name]
                assert name in body["text"] or "details" in body["text"]
        if role in GROUPS:
            await workspace.set_member(GROUPS[role], "olga", False)


async def test_an_action_is_refused_when_planned_and_when_confirmed(both: Both) -> None:
    """Whoever shows it: the permission is asked for again when it would run, by Slack's roles and by the token's."""
    executor, confirming = (
        both.conversation.bot.parts.diagnostics.diagnostician.executor,
        both.conversation.bot.parts.diagnostics.confirming,
    )
    workspace = both.conversation.workspace
    slack = both.conversation.bot.parts.access
    actions = {name: tool for name, tool in both.registry.tools.items() if tool.kind == "action"}
    assert {"terminate_query", "invalidate_cache"} <= set(actions)
    given = {"terminate_query": {"pid": 1}, "invalidate_cache": {"namespace": "a"}}
    for role in ROLES:
        askers = [Asker(both.gate.access, await both.gate.access.person(f"http:{role}"))]
        if role in ("viewer", "analyst", "operator"):
            name = {"viewer": "gina", "analyst": "ana", "operator": "olga"}[role]
            askers.append(Asker(slack, await slack.person(workspace.state.user(name).id)))
        for asker in askers:
            for name, tool in actions.items():
                arguments = given.get(name, {"job": "load"})
                target = next(iter(tool.targets))
                (result,) = await executor.run([Call(name, arguments, target)], asker)
                assert (result.status == "denied") == ("act" not in PERMISSIONS[role]), (role, name)
                plan = Plan(name, target, arguments, "x", "", 4_000_000_000, f"{asker.id}{name}", "")
                plan = replace(plan, digest=digest_of(plan))
                await confirming.plans.keep(plan, asker.id)
                _, done = await confirming.confirm(plan.digest, asker, "c")
                assert (done.status == "denied") == ("act" not in PERMISSIONS[role]), (role, name)


async def test_chatops_refuses_what_is_not_right_and_goes_on_in_a_thread(both: Both) -> None:
    async with both.http.post("/chatops", json={"text": "help"}) as response:
        assert response.status == 401
    headers = {"Authorization": f"Bearer {token('operator')}"}
    for body, status in (
        ({}, 422),
        ({"text": " "}, 422),
        ({"text": "help", "press": {"action_id": "diagnose.details"}}, 422),
        ({"press": {"action_id": "nothing.here"}}, 404),
        ({"press": {"action_id": "diagnose.details", "value": "[1]"}}, 404),
        ({"press": {"action_id": "diagnose.confirm", "value": '{"digest": "x"}'}}, 422),
        ({"text": "help"}, 200),
    ):
        async with both.http.post("/chatops", json=body, headers=headers) as response:
            assert response.status == status, (body, await response.text())

    async def ask(**body: object) -> dict[str, object]:
        async with both.http.post("/chatops", json=body, headers=headers) as response:
            assert response.status == 200, await response.text()
            return await response.json()

    first = await ask(text="is the cache healthy?")
    assert first["intent"] == "diagnose"
    thread = str(first["thread"])
    details = await ask(text="details", thread=thread)
    assert "redis_health" in str(details["text"])
    step = await ask(text="next step", thread=thread)
    assert str(step["text"]).startswith("Step ")
    again = await ask(text="check again", thread=thread)
    assert "a redis" in str(again["text"])
