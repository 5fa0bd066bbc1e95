"""Receiving in a process of its own: the same conversations, and what happens when that process goes."""

import pytest

from tests.slack.test_dialogs import entered, with_modal

__all__ = ["with_modal"]


@pytest.fixture
def apart():
    return True


async def test_a_mention_a_modal_and_a_change_of_groups_come_through(with_modal):
    rig, message = with_modal
    await rig.workspace.press("ana", "#desk", message.ts, "draft.send_back")
    await rig.workspace.wait_for(lambda: rig.workspace.open_views("ana") != [], 20)
    [view] = rig.workspace.open_views("ana")
    refused = await rig.workspace.submit_view("ana", view["id"], entered(""))
    assert refused["errors"] == {"note": "Please say what to change."}
    await rig.workspace.submit_view("ana", view["id"], entered("a wider stop"))
    await rig.workspace.wait_for(lambda: rig.answers()[0].text == "Sent back", 20)
    await rig.workspace.set_member("quant-analysts", "ana", False)
    await rig.workspace.wait_for(lambda: rig.group_events != [], 20)
    await rig.settled(20)
    assert len(rig.workspace.hub.sockets.connections) == 2
    assert (await rig.transport.health()).ready


async def test_a_receiver_that_dies_is_started_again(rig):
    await rig.workspace.say("ana", "#desk", "@deskhand help")
    await rig.answer(within=20)
    receiver = rig.transport._receiver
    receiver._process.kill()
    await rig.workspace.wait_for(lambda: rig.workspace.hub.sockets.connections == [], 20)
    await rig.workspace.wait_for(lambda: len(rig.workspace.hub.sockets.connections) == 2, 40)
    await rig.workspace.say("ana", "#desk", "@deskhand help again")
    assert len(await rig.answer(count=2, within=20)) == 2


async def test_what_cannot_be_taken_is_not_acknowledged(rig):
    failures = [RuntimeError("the roles could not be read")]

    class Fails:
        async def take(self, body):
            if failures:
                raise failures.pop()
            return await straight.take(body)

    straight, rig.transport._receiver._straight = rig.transport._receiver._straight, Fails()
    await rig.workspace.set_member("quant-analysts", "ana", False)
    await rig.workspace.wait_for(lambda: rig.group_events != [], 20)
    assert failures == []
