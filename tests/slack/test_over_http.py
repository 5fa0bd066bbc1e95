"""Events over HTTP: the same conversations through a signed request URL."""

import hashlib
import hmac
import json
import time

import aiohttp
import pytest

from bot.http.app import create_app
from bot.http.routes import slack
from bot.http.server import HttpServer
from bot.settings import EVENTS_PATH
from bot.workspace.request_url import RequestUrl
from tests.slack.test_dialogs import entered, with_modal

__all__ = ["with_modal"]


@pytest.fixture
def signing_secret():
    return "the secret of both"


@pytest.fixture
async def rig(rig, signing_secret):
    """The rig with the bot's HTTP server in front of it."""

    async def take(request):
        return await rig.transport.over_http.take(request)  # of whichever transport the test runs by now

    http = HttpServer(create_app(slack.routes(take)), "127.0.0.1", 0)
    await http.start()
    rig.workspace.hub.sockets.request_url = RequestUrl(http.address + EVENTS_PATH, signing_secret)
    yield rig
    await http.stop()


async def test_a_mention_a_command_a_modal_and_a_change_of_groups_come_through(with_modal):
    rig, message = with_modal
    assert rig.workspace.hub.sockets.connections == []
    await rig.workspace.press("ana", "#desk", message.ts, "draft.send_back")
    await rig.workspace.wait_for(lambda: rig.workspace.open_views("ana") != [], 10)
    [view] = rig.workspace.open_views("ana")
    refused = await rig.workspace.submit_view("ana", view["id"], entered(""))
    assert refused["errors"] == {"note": "Please say what to change."}
    await rig.workspace.submit_view("ana", view["id"], entered("a wider stop"))
    await rig.workspace.wait_for(lambda: rig.answers()[0].text == "Sent back", 10)
    await rig.workspace.set_member("quant-analysts", "ana", False)
    await rig.workspace.wait_for(lambda: rig.group_events != [], 10)
    await rig.workspace.command("ana", "#desk", "/deskhand", "help")
    await rig.answer(count=2)
    health = await rig.transport.health()
    assert (health.ready, health.wanted_sockets) == (True, 0)


async def test_what_slack_sends_again_is_answered_once(rig, monkeypatch):
    rig.workspace.hub.sockets.faults.copies = 2
    commits = rig.transport._inbox._commits
    monkeypatch.setattr(commits, "run", _failing_once(commits.run))
    await rig.workspace.say("ana", "#desk", "@deskhand narrate")
    await rig.answer()
    await rig.settled()
    assert len(rig.answers()) == 1
    assert max(each.attempt for each in rig.workspace.hub.sockets.acknowledged) == 1


def _failing_once(run):
    failures = [RuntimeError("the disk is full")]

    async def running(writer, item):
        if failures:
            raise failures.pop()
        return await run(writer, item)

    return running


async def post(rig, body, secret, at):
    signature = hmac.new(secret.encode(), f"v0:{at}:{body}".encode(), hashlib.sha256).hexdigest()
    headers = {
        "X-Slack-Request-Timestamp": str(at),
        "X-Slack-Signature": f"v0={signature}",
        "Content-Type": "application/json",
    }
    url = rig.workspace.hub.sockets.request_url.url
    async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers) as response:
        return response.status, await response.text()


async def test_slacks_challenge_is_answered_and_strangers_are_refused(rig, signing_secret):
    challenge = json.dumps({"type": "url_verification", "challenge": "3eZbrw1a"})
    assert await post(rig, challenge, signing_secret, int(time.time())) == (200, '{"challenge": "3eZbrw1a"}')
    mention = {"type": "app_mention", "user": "U1", "text": "hi", "ts": "1.2", "channel": "C1"}
    event = json.dumps({"type": "event_callback", "event_id": "Ev1", "event": mention})
    assert (await post(rig, event, "another secret", int(time.time())))[0] == 401
    assert (await post(rig, event, signing_secret, int(time.time()) - 3600))[0] == 401  # replayed
    assert (await post(rig, "x" * 1_000_001, signing_secret, int(time.time())))[0] == 413
    assert (await rig.transport.health()).inbox_depth == 0


async def test_after_the_stop_slack_keeps_what_it_has(rig, signing_secret):
    await rig.transport.stop()
    assert (await post(rig, "{}", signing_secret, int(time.time())))[0] == 503
