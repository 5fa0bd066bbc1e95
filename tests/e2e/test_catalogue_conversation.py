"""The catalogue in Slack: shelves, entries, a question back, and examples that are handed to the draft handler."""

from talk import Conversation, shown


async def test_shelves_entries_templates_and_questions_back(conversation: Conversation) -> None:
    shelf = await conversation.ask("ana", "@Deskhand what do you have for volatility?")
    assert "Average true range" in shown(shelf)
    assert "Volatility: " in shelf.text
    menu = next(
        e for b in shelf.blocks if b["type"] == "actions" for e in b["elements"] if e["type"] == "static_select"
    )
    assert len(menu["options"]) >= 10
    atr = next(option for option in menu["options"] if "ATR" in option["value"])
    before = len(conversation.replies("#desk", shelf.thread_ts))
    await conversation.workspace.press(
        "ana", "#desk", shelf.ts, "draft.catalogue.menu", chosen={"selected_option": atr}
    )
    await conversation.workspace.wait_for(lambda: len(conversation.replies("#desk", shelf.thread_ts)) > before, 20)
    entry = conversation.replies("#desk", shelf.thread_ts)[-1]
    assert "Warm-up at the defaults: 14 bars" in shown(entry)

    templates = await conversation.ask("ana", "@Deskhand which templates are there?")
    assert "Time-series momentum" in shown(templates)
    unsure = await conversation.ask("ana", "@Deskhand do you have a smoothed average indicator?")
    assert "Which of these do you mean?" in unsure.text
    first = await conversation.press("ana", unsure, "draft.catalogue.0")
    assert "moving average" in shown(first)
    meaning = await conversation.ask("ana", "@Deskhand what is the aroon indicator?")
    assert "Aroon: How recently" in meaning.text


async def test_an_example_is_handled_as_if_it_had_been_written(conversation: Conversation) -> None:
    templates = await conversation.ask("ana", "@Deskhand list the strategy templates")
    answer = await conversation.press("ana", templates, "draft.catalogue.try1")
    assert answer.text
    assert "catalogue" not in answer.text
