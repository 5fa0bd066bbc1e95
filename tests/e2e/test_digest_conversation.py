"""A digest from a sentence to its post: previewed, scheduled, listed, changed, paused, sent, deleted, by an admin only."""

import re

from talk import Conversation, shown

from bot.workspace.state import Message

ASKED = "@Deskhand post a daily digest here every weekday at 8 London time"


async def replaced(conversation: Conversation, user: str, message: Message, action_id: str, words: str) -> Message:
    """Press a button whose answer takes the message's place; the message once it shows these words."""

    def now() -> Message | None:
        return next((one for one in conversation.workspace.messages("#desk") if one.ts == message.ts), None)

    await conversation.workspace.press(user, "#desk", message.ts, action_id)
    await conversation.workspace.wait_for(lambda: (found := now()) is not None and words in shown(found), 20)
    found = now()
    assert found is not None
    return found


async def test_a_digest_is_previewed_scheduled_changed_sent_and_deleted(conversation: Conversation) -> None:
    denied = await conversation.ask("ana", ASKED)
    assert "admin" in denied.text
    await conversation.workspace.set_member("deskhand-admins", "olga", True)
    store = conversation.bot.parts.digests.store

    preview = await conversation.ask("olga", ASKED)
    assert "every weekday at 08:00 London time" in shown(preview)
    assert re.search(r"Best Sharpe ratios so far: .+, 0\.\d\d; .+, 0\.\d\d; .+, 0\.\d\d\.", shown(preview))
    assert re.search(r"The strategy returned \d+\.\d% a year with a Sharpe ratio of", shown(preview))
    assert await store.all() == []
    message = await replaced(conversation, "olga", preview, "digest.schedule", "It is scheduled.")
    (digest,) = await store.all()
    assert digest.schedule.zone == "Europe/London"

    listed = await conversation.ask("olga", "@Deskhand which digests are there?")
    assert "every weekday at 08:00 London time" in shown(listed)
    moved = await conversation.ask("olga", "@Deskhand move the digest to 9:30")
    assert "at 09:30 London time" in shown(moved)
    dropped = await conversation.ask("olga", "@Deskhand drop usage from the digest")
    assert "usage" not in dropped.text
    message = await replaced(conversation, "olga", message, "digest.pause", "paused")
    message = await replaced(conversation, "olga", message, "digest.resume", "It goes on")

    await conversation.workspace.press("olga", "#desk", message.ts, "digest.edit")
    await conversation.workspace.wait_for(lambda: bool(conversation.workspace.open_views("olga")), 20)
    (view,) = conversation.workspace.open_views("olga")
    values = _as_filled_in(view)
    values["zone"]["zone"]["selected_option"] = {"value": "America/New_York"}
    values["days"]["days"]["selected_options"] = []
    refused = await conversation.workspace.submit_view("olga", view["id"], values)
    assert set(refused["errors"]) == {"days"}
    values["days"]["days"]["selected_options"] = [{"value": "mon"}, {"value": "thu"}]
    await conversation.workspace.submit_view("olga", view["id"], values)
    await conversation.workspace.wait_for(
        lambda: any("New York" in shown(one) for one in conversation.workspace.messages("#desk")), 20
    )
    (digest,) = await store.all()
    assert digest.schedule.words() == "every Monday and Thursday at 09:30 New York time"

    await conversation.press("olga", message, "digest.send")
    await conversation.workspace.wait_for(
        lambda: any(one.text.startswith("Daily digest") and not one.thread_ts for one in _top(conversation)), 20
    )
    assert "is paused until" in shown(await conversation.ask("olga", "@Deskhand hold the digest for now"))
    assert (await store.all())[0].paused
    assert "It goes on" in shown(await conversation.ask("olga", "@Deskhand start the digest again please"))
    sent = await conversation.ask("olga", "@Deskhand send the digest out right now")
    assert "being posted now" in shown(sent)
    await conversation.workspace.wait_for(
        lambda: len([one for one in _top(conversation) if one.text.startswith("Daily digest")]) == 2, 20
    )
    gone = await conversation.ask("olga", "@Deskhand delete the digest")
    assert "deleted" in gone.text
    assert await store.all() == []


def _top(conversation: Conversation) -> list[Message]:
    return [one for one in conversation.workspace.messages("#desk") if one.from_bot and not one.thread_ts]


def _as_filled_in(view: dict) -> dict:
    """What a person who changes nothing submits."""
    values: dict = {}
    for block in view["blocks"]:
        element = block["element"]
        initial = {
            "plain_text_input": {"value": element.get("initial_value")},
            "conversations_select": {"selected_conversation": element.get("initial_conversation")},
            "checkboxes": {"selected_options": element.get("initial_options")},
            "static_select": {"selected_option": element.get("initial_option")},
            "timepicker": {"selected_time": element.get("initial_time")},
        }[element["type"]]
        values[block["block_id"]] = {element["action_id"]: {"type": element["type"], **initial}}
    return values
