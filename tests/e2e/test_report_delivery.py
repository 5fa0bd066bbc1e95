"""Charts and report files in Slack, by button and by asking."""

import json

from talk import ANSWER_SECONDS, Conversation

from bot.workspace.state import File, Message

GOLDEN_CROSS = "@Deskhand how did the golden cross on the S&P 500 do?"


def images(message: Message) -> list[str]:
    return [str(block["alt_text"]) for block in message.blocks if block["type"] == "image"]


async def shared(conversation: Conversation, thread_ts: str) -> File:
    """The file that the bot shared in a thread."""

    def found() -> list[File]:
        messages = conversation.workspace.messages("#desk")
        return [file for message in messages if message.thread_ts == thread_ts for file in message.files]

    await conversation.workspace.wait_for(lambda: bool(found()), ANSWER_SECONDS)
    return found()[-1]


async def test_sections_charts_and_pdf_by_button_for_who_may(conversation: Conversation) -> None:
    answer = await conversation.ask("ana", GOLDEN_CROSS)
    assert "drawdown beneath" in images(answer)[0]
    full = await conversation.press("ana", answer, "narrate.sections")
    kinds = [(block["type"], str(block.get("text", ""))[:20]) for block in full.blocks]
    heat_map = next(n for n, block in enumerate(full.blocks) if "Heat map" in str(block.get("alt_text")))
    assert kinds[heat_map - 1] == ("markdown", "### Returns\nThe stra")
    assert any("rolling one-year Sharpe ratio and beta" in alt for alt in images(full))
    charts = await conversation.press("ana", answer, "narrate.charts")
    assert [alt.partition(" ")[0] for alt in images(charts)] == ["Line", "Line", "Heat"]
    await conversation.press("ana", full, "narrate.pdf")
    assert (await shared(conversation, answer.thread_ts)).content.startswith(b"%PDF-")
    await conversation.workspace.press("gina", "#desk", answer.ts, "narrate.pdf")
    only_for_gina = conversation.workspace.state.channel("#desk").ephemerals
    await conversation.workspace.wait_for(lambda: bool(only_for_gina), ANSWER_SECONDS)
    assert "needs the analyst role" in str(next(iter(only_for_gina.values())).text)


async def test_a_file_by_asking_in_the_thread(conversation: Conversation) -> None:
    answer = await conversation.ask("ana", f"{GOLDEN_CROSS} in brief")
    told = await conversation.ask("ana", "@Deskhand give me that as html", thread_ts=answer.thread_ts)
    assert "every figure in its text is checked" in told.text
    file = await shared(conversation, answer.thread_ts)
    assert file.name.endswith(".html")
    assert file.content.startswith(b"<!doctype html>")


async def test_the_parts_of_a_run_dropped_together_are_one_report(conversation: Conversation) -> None:
    days = [f"2020-{month:02}-{day:02}" for month in range(1, 11) for day in range(1, 26)]
    curve = "Date,Equity,DrawdownPct,DrawdownDuration\n" + "".join(
        f"{day},{100 + n},0.0,\n" for n, day in enumerate(days)
    )
    figures = {"Return [%]": 249.0, "Buy & Hold Return [%]": 20.0, "Max. Drawdown [%]": 0.0, "Equity Final [$]": 349.0,
               "# Trades": 3, "Sharpe Ratio": 1.0}  # fmt: skip
    upload = conversation.workspace.people.upload
    files = [
        upload("ana", "trend_equity.csv", curve.encode()),
        upload("ana", "trend_stats.json", json.dumps(figures).encode()),
    ]
    said = await conversation.workspace.say("ana", "#desk", "@Deskhand narrate", file_ids=[file.id for file in files])
    await conversation.workspace.wait_for(lambda: bool(conversation.replies("#desk", said.ts)), ANSWER_SECONDS)
    answer = conversation.replies("#desk", said.ts)[-1]
    assert answer.text.startswith("trend. Recommendation:")
    full = await conversation.press("ana", answer, "narrate.sections")
    assert "The engine, backtesting.py, states a Sharpe ratio of 1.00" in json.dumps(full.blocks)
