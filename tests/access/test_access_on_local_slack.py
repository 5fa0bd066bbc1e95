"""Roles on the local Slack, changes arriving over a real Socket Mode connection."""

import asyncio
import re
import time

import pytest
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.access.slack import SlackAccess
from bot.audit.log import ChainedAudit
from bot.settings import RolesSettings
from bot.workspace.limits import RateLimits
from bot.workspace.server import Workspace


@pytest.fixture
async def desk(sqlite_database):
    async with Workspace(limits=RateLimits(enabled=False)) as workspace:
        client = AsyncWebClient(token=workspace.bot_token, base_url=workspace.api_url)
        access = SlackAccess(client, sqlite_database, ChainedAudit(sqlite_database), RolesSettings())
        seen = asyncio.Queue()
        app = AsyncApp(client=client)

        @app.event(re.compile("subteam_.*"))
        async def changed(event):
            await access.on_event(event)
            seen.put_nowait(event["type"])

        handler = AsyncSocketModeHandler(app, workspace.app_token)
        await handler.connect_async()
        await workspace.wait_for(lambda: bool(workspace.hub.sockets.connections))
        yield workspace, access, seen
        await handler.close_async()
        await access.close()


def somebody(workspace, handle):
    return workspace.state.group(handle).users[0]


@pytest.mark.parametrize("role", ["analyst", "approver", "operator"])
async def test_the_people_of_the_demo_have_their_roles(desk, role):
    workspace, access, _ = desk
    handle = {"analyst": "quant-analysts", "approver": "strategy-approvers", "operator": "trading-ops"}[role]
    person = await access.person(somebody(workspace, handle))
    assert role in person.roles
    assert person.name
    assert person.time_zone != ""


async def test_removal_takes_effect_within_a_second(desk):
    workspace, access, seen = desk
    analyst = somebody(workspace, "quant-analysts")
    assert access.allows(await access.person(analyst), "narrate")
    started = time.monotonic()
    await workspace.set_member("quant-analysts", analyst, False)
    await asyncio.wait_for(seen.get(), 5)
    person = await access.person(analyst)
    assert time.monotonic() - started < 1.0
    assert not access.allows(person, "narrate")
    assert "@quant-analysts" in access.denial(person, "narrate")
    await asyncio.wait_for(seen.get(), 5)
    await workspace.set_member("quant-analysts", analyst, True)
    await asyncio.wait_for(seen.get(), 5)
    await asyncio.wait_for(seen.get(), 5)
    assert access.allows(await access.person(analyst), "narrate")
    asked = [call for call in workspace.hub.calls if call.method == "usergroups.list"]
    assert len(asked) == 1  # both events of each change fit what was known


async def test_a_workspace_without_user_groups_says_so(desk):
    workspace, access, _ = desk
    workspace.hub.has_user_groups = False
    person = await access.person(somebody(workspace, "quant-analysts"))
    assert person.roles == {"viewer"}
    assert "plan has no user groups" in access.denial(person, "narrate")


async def test_a_disabled_group_gives_nothing(desk):
    workspace, access, seen = desk
    operator = somebody(workspace, "trading-ops")
    assert access.allows(await access.person(operator), "diagnose")
    workspace.people.set_disabled("trading-ops", True)
    await asyncio.wait_for(seen.get(), 5)
    assert not access.allows(await access.person(operator), "diagnose")
