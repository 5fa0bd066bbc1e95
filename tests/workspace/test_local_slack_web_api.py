"""The Web API through the real SDK: tokens, scopes, error codes, pages, rates, faults."""

import asyncio
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
from slack_rig import EVERY_SCOPE, client_of, error_of, refusal
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler, AsyncServerErrorRetryHandler

from bot.workspace.hub import Fault
from bot.workspace.limits import Limiter, RateLimits
from bot.workspace.scopes import METHODS, Manifest, load_manifest
from bot.workspace.state import BOT_USER_ID, Channel, default_world
from bot.workspace.wire import SlackError

DESK = "C0001DESK"


async def call(workspace, method: str, **options) -> dict:
    """A call without the SDK, to see the bare answer."""
    async with (
        aiohttp.ClientSession() as session,
        session.post(workspace.api_url + method, **options) as response,
    ):
        return await response.json() | {"status": response.status, "headers": dict(response.headers)}


async def test_who_am_i(client):
    me = await client.auth_test()
    assert me["user_id"] == BOT_USER_ID
    assert me["bot_id"].startswith("B")
    assert "chat:write" in me.headers["x-oauth-scopes"]


async def test_tokens_are_judged(workspace):
    assert (await call(workspace, "auth.test"))["error"] == "not_authed"
    assert await error_of(client_of(workspace, "xoxb-" + "wrong").auth_test()) == "invalid_auth"
    app_client = client_of(workspace, workspace.app_token)
    assert await error_of(app_client.chat_postMessage(channel=DESK, text="hi")) == "not_allowed_token_type"


async def test_a_token_may_come_in_the_body_but_not_in_the_address(workspace):
    token = {"token": workspace.bot_token}
    assert (await call(workspace, "auth.test", data=token))["ok"] is True
    assert (await call(workspace, "auth.test", json=token))["ok"] is True
    assert (await call(workspace, "auth.test", params=token))["error"] == "not_authed"


async def test_forms_and_json_say_the_same(workspace):
    blocks = '[{"type": "divider"}]'
    headers = {"Authorization": f"Bearer {workspace.bot_token}"}
    form = {"channel": DESK, "text": "hello", "blocks": blocks}
    as_form = await call(workspace, "chat.postMessage", data=form, headers=headers)
    body = {"channel": DESK, "text": "hello", "blocks": [{"type": "divider"}]}
    as_json = await call(workspace, "chat.postMessage", json=body, headers=headers)
    assert as_form["ok"] is as_json["ok"] is True
    assert as_form["message"]["blocks"][0]["type"] == as_json["message"]["blocks"][0]["type"] == "divider"


@pytest.mark.parametrize(
    ("body", "content_type", "error"),
    [
        (b"{", "application/json", "invalid_json"),
        (b"[]", "application/json", "json_not_object"),
        (b"x", "text/plain", "invalid_post_type"),
    ],
)
async def test_bodies_that_are_no_arguments(workspace, body, content_type, error):
    answer = await call(workspace, "chat.postMessage", data=body, headers={"Content-Type": content_type})
    assert answer["error"] == error
    assert answer["status"] == 200


async def test_an_unknown_method(client):
    body = await refusal(client.api_call("chat.postNovel", json={}))
    assert body["error"] == "unknown_method"
    assert body["req_method"] == "chat.postNovel"


async def test_a_missing_scope_names_itself(start):
    workspace = await start(manifest=replace(EVERY_SCOPE, bot_scopes=("app_mentions:read",)))
    body = await refusal(client_of(workspace).chat_postMessage(channel=DESK, text="hi"))
    assert body["error"] == "missing_scope"
    assert body["needed"] == "chat:write"
    assert body["provided"] == "app_mentions:read"


async def test_scopes_of_conversations_go_by_their_kind(start):
    workspace = await start(manifest=Manifest(bot_scopes=("channels:history", "chat:write")))
    client = client_of(workspace)
    await client.conversations_history(channel=DESK)
    body = await refusal(client.conversations_history(channel=workspace.state.direct("ana").id))
    assert body["needed"] == "im:history"


async def test_posting_says_what_was_posted(workspace, client):
    posted = await client.chat_postMessage(
        channel="#desk", text="*hello*", metadata={"event_type": "answer", "event_payload": {"event_id": "Ev1"}}
    )
    assert posted["channel"] == DESK
    message = posted["message"]
    assert message["text"] == "*hello*"
    assert message["bot_id"]
    assert message["metadata"]["event_payload"] == {"event_id": "Ev1"}
    plain = await client.conversations_history(channel=DESK)
    assert "metadata" not in plain["messages"][0]
    full = await client.conversations_history(channel=DESK, include_all_metadata=True)
    assert full["messages"][0]["metadata"]["event_type"] == "answer"


async def test_posting_to_a_person_goes_to_their_direct_message(workspace, client):
    posted = await client.chat_postMessage(channel="U0ANASILVA", text="psst")
    assert posted["channel"] == workspace.state.direct("ana").id


async def test_what_posting_refuses(workspace, client):
    workspace.state.channels["C0OTHER"] = Channel("C0OTHER", "other", members=["U0ANASILVA"])
    workspace.state.channels["G0SECRET"] = Channel("G0SECRET", "secret", "group", members=["U0ANASILVA"])
    workspace.state.channels["C0OLD"] = Channel("C0OLD", "old", members=[BOT_USER_ID], archived=True)
    post = client.chat_postMessage
    assert await error_of(post(channel="C0NOWHERE", text="x")) == "channel_not_found"
    assert await error_of(post(channel="C0OTHER", text="x")) == "not_in_channel"
    assert await error_of(post(channel="G0SECRET", text="x")) == "channel_not_found"
    assert await error_of(post(channel="C0OLD", text="x")) == "is_archived"
    assert await error_of(client.api_call("chat.postMessage", json={"channel": DESK})) == "no_text"
    assert await error_of(client.api_call("chat.postMessage", json={"text": "x"})) == "invalid_arguments"
    assert await error_of(post(channel=DESK, text="x", thread_ts="1.000001")) == "thread_not_found"
    assert await error_of(post(channel=DESK, text="x", blocks="{}")) == "invalid_blocks_format"
    assert await error_of(post(channel=DESK, text="x", markdown_text="y")) == "markdown_text_conflict"
    assert await error_of(post(channel=DESK, markdown_text="y" * 12_001)) == "msg_too_long"
    assert await error_of(post(channel=DESK, text="x", metadata={"event_type": 1})) == "invalid_metadata_format"
    assert workspace.messages("#desk") == []


async def test_text_over_40000_is_cut_and_says_so(client):
    posted = await client.chat_postMessage(channel=DESK, text="x" * 40_001)
    assert len(posted["message"]["text"]) == 40_000
    assert posted["warning"] == "message_truncated"


async def test_a_thread_and_what_it_counts(workspace, client):
    asked = await workspace.say("ana", "#desk", "question")
    first = await client.chat_postMessage(channel=DESK, text="answer", thread_ts=asked.ts)
    await workspace.say("paul", "#desk", "thanks", thread_ts=asked.ts)
    assert await error_of(client.chat_postMessage(channel=DESK, text="x", thread_ts=first["ts"])) == (
        "cannot_reply_to_message"
    )
    thread = await client.conversations_replies(channel=DESK, ts=asked.ts)
    assert [message["text"] for message in thread["messages"]] == ["question", "answer", "thanks"]
    parent = thread["messages"][0]
    assert parent["reply_count"] == 2
    assert parent["reply_users"] == [BOT_USER_ID, "U0PAULMEYER"]
    assert thread["messages"][1]["parent_user_id"] == "U0ANASILVA"
    history = await client.conversations_history(channel=DESK)
    assert [message["text"] for message in history["messages"]] == ["question"]
    assert await error_of(client.conversations_replies(channel=DESK, ts="1.1")) == "thread_not_found"


async def test_updates(workspace, client):
    theirs = await workspace.say("ana", "#desk", "mine")
    assert await error_of(client.chat_update(channel=DESK, ts=theirs.ts, text="x")) == "cant_update_message"
    assert await error_of(client.chat_update(channel=DESK, ts="1.1", text="x")) == "message_not_found"
    posted = await client.chat_postMessage(channel=DESK, text="one", blocks=[{"type": "divider"}])
    ts = posted["ts"]
    kept = await client.chat_update(channel=DESK, ts=ts, text="two")
    assert kept["message"]["blocks"][0]["type"] == "divider"  # blocks that are not given stay
    assert kept["message"]["edited"]["user"] == BOT_USER_ID
    gone = await client.chat_update(channel=DESK, ts=ts, text="three", blocks=[])
    assert "blocks" not in gone["message"]
    assert await error_of(client.chat_update(channel=DESK, ts=ts, text="x" * 4_001)) == "msg_too_long"
    assert await error_of(client.api_call("chat.update", json={"channel": DESK, "ts": ts, "text": ""})) == "no_text"


async def test_deleting(workspace, client):
    theirs = await workspace.say("ana", "#desk", "mine")
    assert await error_of(client.chat_delete(channel=DESK, ts=theirs.ts)) == "cant_delete_message"
    posted = await client.chat_postMessage(channel=DESK, text="one")
    await workspace.say("ana", "#desk", "a reply", thread_ts=posted["ts"])
    await client.chat_delete(channel=DESK, ts=posted["ts"])
    assert await error_of(client.chat_delete(channel=DESK, ts=posted["ts"])) == "message_not_found"
    thread = await client.conversations_replies(channel=DESK, ts=posted["ts"])
    assert thread["messages"][0]["subtype"] == "tombstone"


async def test_ephemeral_messages_are_for_one(workspace, client):
    workspace.state.channel("#ops-alerts").members.remove("U0GINAROSSI")
    shown = await client.chat_postEphemeral(channel=DESK, user="U0ANASILVA", text="only you")
    ops = workspace.state.channel("#ops-alerts").id
    assert (
        await error_of(client.chat_postEphemeral(channel=ops, user="U0GINAROSSI", text="x")) == "user_not_in_channel"
    )
    assert await error_of(client.chat_postEphemeral(channel=DESK, user="U0NOBODY", text="x")) == "user_not_found"
    assert await error_of(client.chat_update(channel=DESK, ts=shown["message_ts"], text="x")) == "message_not_found"
    assert (await client.conversations_history(channel=DESK))["messages"] == []


async def test_permalinks(workspace, client):
    asked = await workspace.say("ana", "#desk", "question")
    reply = await client.chat_postMessage(channel=DESK, text="answer", thread_ts=asked.ts)
    link = await client.chat_getPermalink(channel=DESK, message_ts=reply["ts"])
    assert link["permalink"].endswith(f"/p{reply['ts'].replace('.', '')}?thread_ts={asked.ts}&cid={DESK}")
    assert await error_of(client.chat_getPermalink(channel=DESK, message_ts="1.1")) == "message_not_found"


async def test_pages_of_lists_join_up(start):
    workspace = await start(world=default_world([f"room-{number}" for number in range(23)]))
    client = client_of(workspace)
    names: list[str] = []
    async for answer in await client.conversations_list(limit=5):
        names += [channel["name"] for channel in answer["channels"]]
    assert names == [f"room-{number}" for number in range(23)]
    for number in range(7):
        await workspace.say("ana", "#room-1", str(number))
    texts: list[str] = []
    async for answer in await client.conversations_history(channel=workspace.state.channel("room-1").id, limit=3):
        texts += [message["text"] for message in answer["messages"]]
        assert answer["has_more"] is (len(texts) < 7)
    assert texts == list("6543210")
    assert await error_of(client.conversations_list(cursor="nonsense")) == "invalid_cursor"
    assert await error_of(client.conversations_list(limit=5_000)) == "invalid_limit"
    assert await error_of(client.conversations_list(types="secret")) == "invalid_types"


async def test_history_in_a_range(workspace, client):
    sent = [await workspace.say("ana", "#desk", str(number)) for number in range(4)]
    oldest, latest = sent[0].ts, sent[3].ts
    between = await client.conversations_history(channel=DESK, oldest=oldest, latest=latest)
    assert [message["text"] for message in between["messages"]] == ["2", "1"]
    inclusive = await client.conversations_history(channel=DESK, oldest=oldest, latest=latest, inclusive=True)
    assert len(inclusive["messages"]) == 4


async def test_people_channels_and_groups(workspace, client):
    assert (await client.users_info(user="U0ANASILVA"))["user"]["real_name"] == "Ana Silva"
    assert await error_of(client.users_info(user="U0NOBODY")) == "user_not_found"
    assert len((await client.users_list())["members"]) == 5
    assert BOT_USER_ID in (await client.conversations_members(channel=DESK))["members"]
    opened = await client.conversations_open(users="U0ANASILVA")
    assert opened["channel"]["id"] == workspace.state.direct("ana").id
    assert await error_of(client.conversations_open(users="U0NOBODY")) == "user_not_found"
    groups = (await client.usergroups_list(include_users=True))["usergroups"]
    assert {group["handle"]: group["users"] for group in groups}["strategy-approvers"] == ["U0PAULMEYER"]
    bare = (await client.usergroups_list())["usergroups"]
    assert "users" not in bare[0]
    assert (await client.usergroups_users_list(usergroup="S0OPS"))["users"] == ["U0OLGANOVAK"]
    assert await error_of(client.usergroups_users_list(usergroup="S0NONE")) == "no_such_subteam"
    workspace.people.set_disabled("trading-ops", True)
    assert "trading-ops" not in {group["handle"] for group in (await client.usergroups_list())["usergroups"]}


async def test_a_plan_without_user_groups(workspace, client):
    workspace.hub.has_user_groups = False
    assert await error_of(client.usergroups_list()) == "plan_upgrade_required"


async def test_joining(workspace, client):
    workspace.state.channels["C0OTHER"] = Channel("C0OTHER", "other", members=["U0ANASILVA"])
    await client.conversations_join(channel="C0OTHER")
    await client.chat_postMessage(channel="C0OTHER", text="hello")
    again = await client.conversations_join(channel="C0OTHER")
    assert again["warning"] == "already_in_channel"


async def test_reactions(workspace, client):
    sent = await workspace.say("ana", "#desk", "hello")
    where = {"channel": DESK, "timestamp": sent.ts}
    await client.reactions_add(**where, name="eyes")
    assert await error_of(client.reactions_add(**where, name="eyes")) == "already_reacted"
    assert await error_of(client.reactions_add(**where, name="NO!")) == "invalid_name"
    assert await error_of(client.reactions_remove(**where, name="tada")) == "no_reaction"
    seen = (await client.reactions_get(**where))["message"]["reactions"]
    assert seen == [{"name": "eyes", "users": [BOT_USER_ID], "count": 1}]
    await client.reactions_remove(**where, name="eyes")
    assert "reactions" not in (await client.reactions_get(**where))["message"]


async def test_status_and_prompts(workspace, client):
    asked = await workspace.say("ana", "#desk", "question")
    where = {"channel_id": DESK, "thread_ts": asked.ts}
    await client.assistant_threads_setStatus(**where, status="is thinking...", loading_messages=["Reading"])
    assert workspace.state.statuses[DESK, asked.ts]["status"] == "is thinking..."
    many = ["x"] * 11
    refused = client.assistant_threads_setStatus(**where, status="x", loading_messages=many)
    assert await error_of(refused) == "invalid_arguments"
    await client.chat_postMessage(channel=DESK, text="answer", thread_ts=asked.ts)
    assert (DESK, asked.ts) not in workspace.state.statuses  # speaking clears it

    dm = workspace.state.direct("ana").id
    prompt = {"title": "t", "message": "m"}
    await client.assistant_threads_setSuggestedPrompts(channel_id=dm, prompts=[prompt] * 4)
    assert workspace.state.direct("ana").prompts == [prompt] * 4
    assert (
        await error_of(client.assistant_threads_setSuggestedPrompts(channel_id=dm, prompts=[prompt] * 5))
        == "invalid_arguments"
    )
    await client.assistant_threads_setSuggestedPrompts(channel_id=DESK, thread_ts=asked.ts, prompts=[prompt])
    assert workspace.state.thread_prompts == {}  # under agent_view a thread_ts silently does nothing
    session = await client.agents_sessions_setStatus(**where, status="processing", title="A question")
    assert session["title"] == "A question"
    assert await error_of(client.agents_sessions_setStatus(**where, status="busy")) == "invalid_arguments"
    await client.agents_sessions_rename(**where, title="Renamed")


async def test_a_channel_takes_a_burst_and_then_one_a_second(start):
    workspace = await start(limits=RateLimits(post_burst=3))
    client = client_of(workspace)
    for _ in range(3):
        await client.chat_postMessage(channel=DESK, text="x")
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=DESK, text="x")
    assert caught.value.response.status_code == 429
    assert caught.value.response["error"] == "ratelimited"
    assert caught.value.response.headers["Retry-After"] == "1"
    await client.chat_postMessage(channel="#research", text="another channel is free")


async def test_the_sdk_waits_out_a_limit(start):
    workspace = await start(limits=RateLimits(post_burst=1, post_rate=5))
    client = client_of(workspace)
    client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=1))
    await client.chat_postMessage(channel=DESK, text="one")
    await client.chat_postMessage(channel=DESK, text="two")
    assert [call.error for call in workspace.hub.calls if call.method == "chat.postMessage"] == [
        "",
        "ratelimited",
        "",
    ]


def test_tokens_come_back_with_time_and_no_further_than_the_burst():
    now = 100.0
    limiter = Limiter(RateLimits(post_rate=1, post_burst=2), now=lambda: now)
    for _ in range(2):
        limiter.post("C1")
    with pytest.raises(SlackError) as caught:
        limiter.post("C1")
    assert caught.value.retry_after == 1
    now += 0.9
    with pytest.raises(SlackError):
        limiter.post("C1")
    now += 0.2
    limiter.post("C1")
    now += 60
    for _ in range(2):
        limiter.post("C1")
    with pytest.raises(SlackError):
        limiter.post("C1")


def test_a_tier_lets_so_many_through_a_minute():
    now = 0.0
    limiter = Limiter(RateLimits(tiers={2: 20}), now=lambda: now)
    for _ in range(20):
        limiter.method("usergroups.list", 2)
    now = 45.5
    with pytest.raises(SlackError) as caught:
        limiter.method("usergroups.list", 2)
    assert caught.value.retry_after == 15
    limiter.method("users.list", 2)
    now = 60.0
    limiter.method("usergroups.list", 2)


async def test_injected_trouble(workspace, client):
    hub = workspace.hub
    hub.faults.append(Fault("chat.postMessage", "ratelimited", 1, seconds=7))
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=DESK, text="x")
    assert caught.value.response.headers["Retry-After"] == "7"

    hub.faults.append(Fault("*", "status", 1, status=503))
    client.retry_handlers.append(AsyncServerErrorRetryHandler(max_retry_count=1))
    await client.chat_postMessage(channel=DESK, text="second try")
    assert hub.faults == []

    hub.faults.append(Fault("chat.postMessage", "error", 1, error="internal_error", after=True))
    assert await error_of(client.chat_postMessage(channel=DESK, text="done all the same")) == "internal_error"
    assert [message.text for message in workspace.messages("#desk")] == ["second try", "done all the same"]

    hub.faults.append(Fault("auth.test", "timeout", 1))
    client.timeout = 0.1
    with pytest.raises(asyncio.TimeoutError):
        await client.auth_test()
    hub.faults.append(Fault("auth.test", "delay", 1, seconds=0.02))
    client.timeout = 5
    await client.auth_test()


async def test_control_over_http(workspace, client):
    control = workspace.url + "control/"
    async with aiohttp.ClientSession() as session:
        fault = {"method": "auth.test", "kind": "error", "error": "fatal_error", "count": 2}
        assert (await session.post(control + "faults", json=fault)).status == 200
        assert await error_of(client.auth_test()) == "fatal_error"
        listed = await (await session.get(control + "faults")).json()
        assert listed["faults"][0]["count"] == 1
        await session.delete(control + "faults")
        await client.auth_test()
        log = await (await session.get(control + "log", params={"method": "auth.test"})).json()
        assert [call["error"] for call in log["calls"]] == ["fatal_error", ""]
        assert (await session.post(control + "faults", json={"kind": "nonsense"})).status == 400
        assert (await session.post(control + "faults", data=b"{")).status == 400
        assert (await session.post(control + "plan", json={"user_groups": False})).status == 200
        assert await error_of(client.usergroups_list()) == "plan_upgrade_required"
        assert (await session.post(control + "events", json={"copies": 0})).status == 400
        assert (await session.post(control + "disconnect", json={"kind": "drop"})).status == 200
        assert (await session.post(control + "disconnect", json={"kind": "sing"})).status == 400
        elsewhere = {"Origin": "https://elsewhere.example"}
        assert (await session.post(control + "plan", json={}, headers=elsewhere)).status == 403


def test_every_method_has_an_entry_and_every_entry_a_method():
    from bot.workspace import webapi
    from bot.workspace.methods.registry import METHODS as REGISTERED

    assert webapi.FAMILIES
    assert set(REGISTERED) == set(METHODS)


def test_the_manifest_is_read_from_a_file(tmp_path: Path):
    path = tmp_path / "manifest.yml"
    path.write_text("oauth_config: {scopes: {bot: [commands]}}\nfeatures: {app_home: {home_tab_enabled: true}}\n")
    manifest = load_manifest(path)
    assert manifest.bot_scopes == ("commands",)
    assert manifest.home_tab
    assert not manifest.agent_view
