"""The Home tab and help: what a person sees, and that everything on it works when it is clicked."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from talk import ANSWER_SECONDS, Conversation, shown

from bot.routing.router import route_by_rules
from handlers.capabilities import CAPABILITIES
from handlers.views.usage import value_text

GOLDEN_CROSS = "@Deskhand how did the golden cross on the S&P 500 do?"


class HomeTab:
    """What a person sees and presses on the Home tab."""

    def __init__(self, conversation: Conversation, name: str) -> None:
        self.workspace = conversation.workspace
        self.name = name
        self.user = self.workspace.state.user(name).id

    async def open(self) -> Mapping[str, Any]:
        before = self._view_id()
        self.workspace.people.open_home(self.name)
        await self.workspace.wait_for(lambda: self._view_id() != before, ANSWER_SECONDS)
        return self.view

    @property
    def view(self) -> Mapping[str, Any]:
        return self.workspace.state.homes[self.user].wire()

    @property
    def text(self) -> str:
        return json.dumps(self.view, ensure_ascii=False)

    async def press(self, action_id: str, backtest_id: str = "") -> None:
        """The button with this id, on that backtest."""
        elements = [
            (block["block_id"], element)
            for block in self.view["blocks"]
            for element in (*block.get("elements", ()), *([block["accessory"]] if "accessory" in block else ()))
            if element.get("action_id") == action_id and backtest_id in element.get("value", "")
        ]
        block_id, element = elements[0]
        chosen = {"block_id": block_id, "value": element["value"]}
        await self.workspace.people.press_in_view(self.name, self.view["id"], action_id, chosen=chosen)

    def _view_id(self) -> str:
        home = self.workspace.state.homes.get(self.user)
        return json.dumps(home.wire()) if home is not None else ""


async def test_how_to_do_one_thing_is_answered_with_that_thing(conversation: Conversation) -> None:
    known = await conversation.ask("ana", "@Deskhand how do I upload a backtest?")
    assert "drop the file your engine wrote" in shown(known)
    assert "Post digests" not in shown(known)
    denied = await conversation.ask("ana", "@Deskhand how would I set up a digest?")
    assert "needs the admin role" in shown(denied)


async def test_thanks_get_no_list_of_commands(conversation: Conversation) -> None:
    answer = await conversation.ask("ana", "@Deskhand great, thank you!")
    assert "I am here when you need me" in shown(answer)
    assert "did not understand" not in shown(answer)


@pytest.mark.parametrize("capability", CAPABILITIES, ids=lambda capability: capability.title)
def test_every_example_is_read_as_what_it_stands_for(capability: Any) -> None:
    for example in capability.examples:
        routed = route_by_rules(example, {}, date(2026, 11, 25))
        assert (routed.intent, routed.alternatives) == (capability.intent, ()), example


async def test_a_first_meeting_takes_two_lines_and_help_is_by_role(conversation: Conversation) -> None:
    first = await conversation.ask("ana", "@Deskhand hello")
    assert first.text.count("\n") == 1
    assert "You are here as analyst" in first.text
    assert len(first.blocks) == 3, "the lines, three examples, the thumbs"
    everything = await conversation.press("ana", first, "ask.try.first.2")
    assert "Narrate a backtest" in shown(everything)
    assert "Not with your role: " in shown(everything)
    again = await conversation.ask("ana", "@Deskhand hello")
    assert "so you can ask me to" in again.text, "the second time it is no first meeting"


async def test_an_example_works_when_it_is_clicked(conversation: Conversation) -> None:
    listed = await conversation.ask("ana", "@Deskhand what am I allowed to run?")
    report = await conversation.press("ana", listed, "ask.try.narrate.0")
    assert "Golden cross 50/200" in shown(report)


async def test_the_home_tab_pins_shows_health_and_asks_examples(conversation: Conversation) -> None:
    home = HomeTab(conversation, "ana")
    view = await home.open()
    assert len(view["blocks"]) <= 100
    for words in ("Health at a glance", "rules do the work", "Incidents: none open", "What is new", "Latest of"):
        assert words in home.text, words
    assert "This month" not in home.text, "figures are for admins"
    run = (await conversation.bot.core.store.list())[5]
    before = home.text
    await home.press("help.pin", run.id)
    await home.workspace.wait_for(lambda: home.text != before, ANSWER_SECONDS)
    assert "Pinned backtests" in home.text
    assert home.text.index(run.id) < home.text.index("Latest of")
    await home.press("help.unpin", run.id)
    await home.workspace.wait_for(lambda: "Pinned backtests" not in home.text, ANSWER_SECONDS)
    assert not [m for m in home.workspace.messages("dm:ana") if m.from_bot], "pinning says nothing"

    await home.press("ask.try.narrate.0")
    await home.workspace.wait_for(
        lambda: any("Golden cross" in m.text for m in home.workspace.messages("dm:ana") if m.from_bot), ANSWER_SECONDS
    )


async def test_an_admin_sees_the_figures_of_the_month_as_everywhere(conversation: Conversation) -> None:
    await conversation.workspace.set_member("deskhand-admins", "olga", True)
    await conversation.ask("ana", GOLDEN_CROSS)
    home = HomeTab(conversation, "olga")
    await home.open()
    usage = await conversation.bot.usage.usage("month")
    for figure_id in ("people", "factual_accuracy", "narrative_seconds", "cost"):
        assert f"{usage[figure_id].label}: *{value_text(usage[figure_id])}*" in home.text


async def test_a_guest_sees_what_a_guest_may_do(conversation: Conversation) -> None:
    home = HomeTab(conversation, "gina")
    await home.open()
    assert "You are here as *viewer*" in home.text
    assert "Explain what you may do" in home.text
    assert "Not with your role: " in home.text
    for words in ("Health at a glance", "Latest of", "Golden cross"):
        assert words not in home.text
