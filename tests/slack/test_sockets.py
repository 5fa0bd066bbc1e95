"""Connections against a server that is not the local Slack."""

import asyncio
import gc

import pytest
from one_socket import OneSocket
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack import sockets
from bot.slack.observing import Notebook
from bot.slack.sockets import Sockets


@pytest.fixture(params=["refuses", "disconnects", "replaces"])
async def server(request):
    server = OneSocket(request.param)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def listening(server, monkeypatch):
    monkeypatch.setattr(sockets, "CHECK_SECONDS", 0.01)
    monkeypatch.setattr(sockets, "HELLO_WITHIN", 0.5)
    token = "-".join(("xapp", "1"))
    client = AsyncWebClient(token="-".join(("xoxb", "1")), base_url=server.api_url)
    listening = Sockets(AsyncApp(client=client, signing_secret="s", token=client.token), token, Notebook())
    await listening.start()
    yield listening
    await listening.close()


async def test_a_server_that_takes_one_connection_is_asked_less_and_less_often(server, listening):
    loop = asyncio.get_running_loop()
    began = loop.time()
    async with asyncio.timeout(20):
        await server.asked_times(5)
    assert loop.time() - began >= 0.8  # twice at once each, then 1 s less a fifth by chance
    assert len(server.open) == 1
    assert listening.open == 1


async def test_closing_while_a_connection_is_being_opened_leaves_no_session_behind(server, listening):
    async with asyncio.timeout(20):
        await server.asked_times(3)
    await listening.close()
    gc.collect()  # an unclosed session warns when it goes, and warnings are errors here
