"""Modals that handlers declare: opened at the press, checked in place, submitted as a press."""

import asyncio

import pytest

from bot.protocols import Modal, ModalView, Reply
from bot.slack.events import EventReader
from bot.slack.inputs import value_of
from tools.errors import BadInput

SEND_BACK = {"type": "button", "action_id": "draft.send_back", "value": '{"draft_id": "d1"}',
             "text": {"type": "plain_text", "text": "Send back"}}  # fmt: skip
NOTE = {"type": "input", "block_id": "note", "label": {"type": "plain_text", "text": "Note"}, "optional": True,
        "element": {"type": "plain_text_input", "action_id": "text"}}  # fmt: skip


async def note_view(opening):
    return ModalView(f"Send {opening.value} back, please", (NOTE,), submit="Send back")


async def note_needed(fields):
    return {} if fields["note"] else {"note": "Please say what to change."}


@pytest.fixture
async def with_modal(rig):
    """A message of the bot with a button that opens a modal."""

    async def work(request, progress):
        return (
            Reply("Sent back", replaces=True)
            if request.action
            else Reply("A draft", ({"type": "actions", "elements": [SEND_BACK]},))
        )

    rig.handlers["draft"].work = work
    rig.handlers["draft"].modals["draft.send_back"] = Modal("draft", note_view, note_needed)
    await rig.transport.stop()
    rig.transport = rig.build()
    await rig.transport.start()
    await rig.workspace.say("ana", "#desk", "@deskhand draft")
    [message] = await rig.answer()
    return rig, message


async def opened(rig, who):
    await rig.workspace.wait_for(lambda: bool(rig.workspace.open_views(who)))
    return rig.workspace.open_views(who)


def entered(text):
    return {"note": {"text": {"type": "plain_text_input", "value": text}}}


async def test_a_press_opens_what_is_submitted_is_checked_and_comes_as_a_press(with_modal):
    rig, message = with_modal
    await rig.workspace.press("ana", "#desk", message.ts, "draft.send_back")
    [view] = await opened(rig, "ana")
    assert view["title"]["text"].startswith("Send {")
    assert len(view["title"]["text"]) <= 24
    refused = await rig.workspace.submit_view("ana", view["id"], entered(""))
    assert refused["errors"] == {"note": "Please say what to change."}
    await rig.workspace.submit_view("ana", view["id"], entered("a wider stop"))
    await rig.workspace.wait_for(lambda: rig.answers()[0].text == "Sent back")
    await rig.settled()
    assert len(rig.answers()) == 1
    request = rig.handlers["draft"].seen[-1]
    assert request.action.id == "draft.send_back"
    assert request.routed.arguments == {"draft_id": "d1", "fields": {"note": "a wider stop"}}
    assert request.place.thread_ts == message.thread_ts
    assert rig.workspace.open_views("ana") == []


async def test_who_may_not_gets_the_reason_in_its_place(with_modal):
    rig, message = with_modal
    rig.access.guests.add(rig.workspace.state.user("gina").id)
    await rig.workspace.press("gina", "#desk", message.ts, "draft.send_back")
    [view] = await opened(rig, "gina")
    assert "ask an admin" in view["blocks"][0]["text"]["text"]
    assert not view.get("submit")


@pytest.mark.parametrize(
    ("error", "words"),
    [(BadInput("That draft is gone; ask for a new one."), "That draft is gone"), (KeyError("x"), "went wrong")],
)
async def test_what_goes_wrong_is_said_in_its_place(with_modal, error, words):
    rig, message = with_modal

    async def fails(opening):
        raise error

    rig.handlers["draft"].modals["draft.send_back"] = Modal("draft", fails)
    await rig.transport.stop()
    rig.transport = rig.build()
    await rig.transport.start()
    await rig.workspace.press("ana", "#desk", message.ts, "draft.send_back")
    [view] = await opened(rig, "ana")
    assert words in view["blocks"][0]["text"]["text"]


async def test_a_check_that_fails_or_hangs_leaves_it_to_the_handler(with_modal, monkeypatch):
    rig, message = with_modal
    monkeypatch.setattr("bot.slack.dialogs._SECONDS", 0.3)

    async def hangs(fields):
        await asyncio.Event().wait()

    rig.handlers["draft"].modals["draft.send_back"] = Modal("draft", note_view, hangs)
    await rig.transport.stop()
    rig.transport = rig.build()
    await rig.transport.start()
    await rig.workspace.press("ana", "#desk", message.ts, "draft.send_back")
    [view] = await opened(rig, "ana")
    await rig.workspace.submit_view("ana", view["id"], entered("x"))
    await rig.workspace.wait_for(lambda: rig.answers()[0].text == "Sent back")


@pytest.mark.parametrize(
    ("element", "value"),
    [
        ({"type": "plain_text_input", "value": "a"}, "a"),
        ({"type": "plain_text_input", "value": "  "}, None),
        ({"type": "plain_text_input", "value": None}, None),
        ({"type": "static_select", "selected_option": {"value": "month"}}, "month"),
        ({"type": "overflow", "selected_option": {"value": "{}"}}, "{}"),
        ({"type": "static_select", "selected_option": None}, None),
        ({"type": "checkboxes", "selected_options": [{"value": "a"}, {"value": "b"}]}, ["a", "b"]),
        ({"type": "conversations_select", "selected_conversation": "C1"}, "C1"),
        ({"type": "multi_users_select", "selected_users": ["U1"]}, ["U1"]),
        ({"type": "datetimepicker", "selected_date_time": 5}, 5),
    ],
)
def test_every_kind_of_input_has_one_plain_value(element, value):
    assert value_of(element) == value


def test_a_submission_of_somebody_else_s_modal_is_nothing():
    body = {"type": "view_submission", "user": {"id": "U1"}}
    for metadata in ("", "{}", "[1]", "x"):
        view = {"id": "V1", "callback_id": "draft.send_back", "private_metadata": metadata}
        assert EventReader("B").read({**body, "view": view}) is None
