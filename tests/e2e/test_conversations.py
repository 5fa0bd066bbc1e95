"""What people say in Slack and what comes back, through every part as it ships."""

import json

import pytest
from talk import ANSWER_SECONDS, Conversation, shown

GOLDEN_CROSS = "@Deskhand how did the golden cross on the S&P 500 do?"


async def test_a_backtest_is_narrated_with_its_chart(conversation: Conversation) -> None:
    answer = await conversation.ask("ana", GOLDEN_CROSS)
    kinds = [block["type"] for block in answer.blocks]
    assert kinds[0] == "header"
    assert {"table", "image", "actions"} <= set(kinds)
    assert "Golden cross 50/200 on the S&P 500 (SPY)" in shown(answer)
    assert "every figure checked" in shown(answer)
    image = next(block for block in answer.blocks if block["type"] == "image")
    assert "drawdown" in image["alt_text"]
    assert "Golden cross" in answer.text


async def test_the_full_report_comes_by_button_and_follow_ups_know_the_thread(conversation: Conversation) -> None:
    answer = await conversation.ask("ana", GOLDEN_CROSS)
    full = await conversation.press("ana", answer, "narrate.sections")
    assert "Drawdown 1" in shown(full)
    again = await conversation.ask("ana", "@Deskhand give me that one in brief", thread_ts=answer.thread_ts)
    assert "Golden cross 50/200 on the S&P 500 (SPY)" in shown(again)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("where does 0.28 come from?", "0.28 is the benchmark Sharpe ratio"),
        ("why did it lose in 2011?", "In 2011 the strategy"),
        ("what does the calmar ratio mean?", "Calmar ratio:"),
    ],
)
async def test_questions_about_a_report_are_answered_in_its_thread(
    conversation: Conversation, question: str, said: str
) -> None:
    report = await conversation.ask("ana", GOLDEN_CROSS)
    answer = await conversation.ask("ana", question, thread_ts=report.thread_ts)
    assert said in answer.text
    assert "table" not in [block["type"] for block in answer.blocks]


async def test_several_fit_and_a_button_chooses(conversation: Conversation) -> None:
    asked = await conversation.ask("ana", "@Deskhand report on 252-day momentum please")
    buttons = next(block["elements"] for block in asked.blocks if block["type"] == "actions")
    assert len(buttons) == 2
    chosen = await conversation.press("ana", asked, buttons[1]["action_id"])
    assert buttons[1]["text"]["text"] in shown(chosen)


async def test_runs_are_compared(conversation: Conversation) -> None:
    answer = await conversation.ask("ana", "@Deskhand compare the golden cross with buy and hold on the S&P 500")
    table = next(block for block in answer.blocks if block["type"] == "table")
    names = [row[1]["text"] for row in table["rows"][1:]]
    assert names == ["Golden cross 50/200 on the S&P 500 (SPY)", "Buy and hold on the S&P 500 (SPY)"]


@pytest.mark.parametrize(
    "text",
    [
        "how did the golden cross on the S&P 500 do?",
        "compare the golden cross with buy and hold on the S&P 500",
        "buy SPY when RSI is under 30",
        "why is the price data stale?",
        "send a digest here every weekday at 8",
        "how many people used you this month?",
        "what needs my approval?",
    ],
)
async def test_a_guest_is_refused_everything_but_help(conversation: Conversation, text: str) -> None:
    answer = await conversation.ask("gina", f"@Deskhand {text}")
    assert "needs the" in answer.text
    assert "@" in answer.text


async def test_a_guest_gets_help(conversation: Conversation) -> None:
    answer = await conversation.ask("gina", "@Deskhand help")
    assert "needs the" not in answer.text
    assert "Explain what you may do" in shown(answer)


async def test_leaving_a_group_takes_effect_at_once(conversation: Conversation) -> None:
    answer = await conversation.ask("ana", GOLDEN_CROSS)
    await conversation.workspace.set_member("quant-analysts", "ana", False)
    refused = await conversation.ask("ana", GOLDEN_CROSS)
    assert "needs the analyst role" in refused.text
    before = len(conversation.replies("#desk", answer.thread_ts))
    await conversation.workspace.press("ana", "#desk", answer.ts, "narrate.sections")
    only_for_ana = conversation.workspace.state.channel("#desk").ephemerals
    await conversation.workspace.wait_for(lambda: bool(only_for_ana), ANSWER_SECONDS)
    assert [m.text for m in only_for_ana.values() if "needs the analyst role" in m.text]
    assert len(conversation.replies("#desk", answer.thread_ts)) == before


async def test_what_is_not_known_is_said_with_what_there_is(conversation: Conversation) -> None:
    answer = await conversation.ask("ana", "@Deskhand report on the backtest of the lunar calendar spread")
    assert "I know no backtest like that" in answer.text
    assert "Golden cross" in answer.text


async def test_a_direct_message_and_the_home_tab(conversation: Conversation) -> None:
    answer = await conversation.ask("ana", "help", channel="dm:ana")
    assert "Narrate a backtest" in shown(answer)
    conversation.workspace.people.open_home("ana")
    user = conversation.workspace.state.user("ana").id
    await conversation.workspace.wait_for(lambda: user in conversation.workspace.state.homes, ANSWER_SECONDS)
    assert "Golden cross" in json.dumps(conversation.workspace.state.homes[user].wire())
