"""What is approved reaches the platform once, also one that was away or lost its answer, and the requester hears of it."""

from pathlib import Path

import pytest
from sqlalchemy import update
from talk import ANSWER_SECONDS, Conversation, shown
from test_platform_source import Platform, talking

from bot.storage.drafts import SqlDrafts
from bot.storage.tables import strategies
from bot.workspace.state import Message
from handlers import sending
from tools.strategies.templates import builtin

FITS = "@Deskhand golden cross on SPY, 3% stop"


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "_PAUSES", (0.0, *(0.3,) * 200))


async def approved(talk: Conversation, request: str) -> Message:
    """The first message of a draft that paul approved."""
    draft = await talk.ask("ana", request)
    await talk.workspace.press("paul", "#desk", draft.ts, "draft.approve")
    return draft


async def told(talk: Conversation, draft: Message, words: str) -> Message:
    def found() -> list[Message]:
        return [m for m in talk.workspace.messages("#desk") if m.thread_ts == draft.thread_ts and words in shown(m)]

    await talk.workspace.wait_for(lambda: bool(found()), ANSWER_SECONDS)
    return found()[-1]


async def test_sent_while_the_platform_is_away_and_loses_an_answer_and_what_does_not_fit_stays(home: Path) -> None:
    there = Platform()
    there.away, there.answers_to_lose = True, 1
    async with talking(there, home) as talk:
        draft = await approved(talk, FITS)
        await told(talk, draft, "is being sent to the platform")
        delayed = await told(talk, draft, "could not be sent to the platform yet")
        assert "did not answer" in shown(delayed)
        store = SqlDrafts(talk.bot.core.database, builtin())
        [kept] = await store.strategies()
        assert kept.platform_id == ""
        there.away = False
        await told(talk, draft, "it is strategy `st-1` there")
        [kept] = await store.strategies()
        assert kept.platform_id == "st-1"
        [created] = there.strategies
        payload = kept.platform_payload(builtin())
        assert payload is not None
        assert {key: created[key] for key in payload} == payload
        assert kept.mark in payload["tags"]  # type: ignore[operator]

        other = await approved(talk, "@Deskhand buy SPY when RSI is under 30 and price is above the 200-day average")
        await told(talk, other, "fits none of the platform's four types, so it is not sent there")
        assert len(there.strategies) == 1


async def test_what_is_not_what_was_approved_or_is_refused_is_not_sent(home: Path) -> None:
    there = Platform(away=True)
    async with talking(there, home) as talk:
        draft = await approved(talk, FITS)
        await told(talk, draft, "could not be sent to the platform yet")
        changed = SqlDrafts(talk.bot.core.database, builtin())
        [kept] = await changed.strategies()
        tampered = kept.specification.model_copy(update={"symbols": ("^IXIC",)})
        async with talk.bot.core.database.write() as connection:
            await connection.execute(update(strategies).values(specification=tampered.model_dump_json()))
        there.away = False
        await told(talk, draft, "what is recorded is not what was approved")
        there.refuses = True
        again = await approved(talk, FITS)
        refused = await told(talk, again, "The platform refused what was sent")
        assert "deskhand strategies export" in shown(refused)
    assert not there.strategies
