import asyncio

import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.access.slack import SlackAccess
from bot.audit.log import ChainedAudit
from bot.settings import RolesSettings

TEAM = "T1"


class ScriptedSlack:
    """Speaks auth.test, users.info and usergroups.*; what it says and how it fails is set by the test."""

    def __init__(self):
        self.groups = {}
        self.users = {}
        self.calls = []
        self.failures = {}  # method to Slack's error code, or to (status, headers)
        self.gate = None  # an Event: usergroups.list answers with what it knew before waiting for it
        self.entered = asyncio.Event()
        self.with_users = True

    def group(self, key, handle, *users, date=100, **more):
        self.groups[key] = {"id": key, "handle": handle, "users": list(users), "date_update": date, "date_delete": 0}
        self.groups[key].update(more)

    def user(self, key, **more):
        self.users[key] = {"id": key, "team_id": TEAM, "real_name": f"Name of {key}", "tz": "Europe/Paris", **more}

    def listed(self):
        return sum(call == "usergroups.list" for call in self.calls)

    async def handle(self, request):
        method = request.match_info["method"]
        self.calls.append(method)
        arguments = {**request.query, **(await request.post())}
        answer = getattr(self, method.replace(".", "_"))(arguments)
        if method == "usergroups.list" and self.gate is not None:
            self.entered.set()
            await self.gate.wait()
        failure = self.failures.get(method)
        if failure == "plain text":  # as a proxy answers that stands in front of Slack
            return web.Response(text="upstream connect error")
        if isinstance(failure, tuple):
            status, headers = failure
            return web.json_response({"ok": False, "error": "ratelimited"}, status=status, headers=headers)
        if failure:
            return web.json_response({"ok": False, "error": failure})
        return web.json_response(answer)

    def auth_test(self, _arguments):
        return {"ok": True, "team_id": TEAM}

    def users_info(self, arguments):
        user = self.users.get(arguments["user"])
        return {"ok": True, "user": user} if user else {"ok": False, "error": "user_not_found"}

    def usergroups_list(self, arguments):
        groups = [dict(group) for group in self.groups.values()]
        for group in groups:
            group["user_count"] = len(group["users"])
            if arguments.get("include_users") not in ("1", "true") or not self.with_users:
                del group["users"]
        return {"ok": True, "usergroups": groups}

    def usergroups_users_list(self, arguments):
        return {"ok": True, "users": list(self.groups[arguments["usergroup"]]["users"])}


@pytest.fixture
async def slack():
    server = ScriptedSlack()
    application = web.Application()
    application.router.add_route("*", "/api/{method}", server.handle)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    server.url = f"http://{host}:{port}/api/"
    for user in ("UANA", "UOPS", "UPM", "UGUEST"):
        server.user(user)
    server.group("S1", "quant-analysts", "UANA", "UPM")
    server.group("S2", "strategy-approvers", "UPM")
    server.group("S3", "trading-ops", "UOPS")
    server.group("S4", "marketing", "UGUEST")
    yield server
    if server.gate is not None:
        server.gate.set()
    await runner.cleanup()


@pytest.fixture
def clock():
    class Clock:
        now = 1_000_000.0

        def __call__(self):
            return self.now

    return Clock()


@pytest.fixture
async def make_access(slack, clock):
    made = []

    def make(database, **roles):
        client = AsyncWebClient(token="xoxb-" + "test", base_url=slack.url, timeout=5)
        access = SlackAccess(client, database, ChainedAudit(database), RolesSettings(**roles), now=clock)
        made.append(access)
        return access

    yield make
    for access in made:
        await access.close()
