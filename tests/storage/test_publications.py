"""Narratives under review and published ones on either database."""

import time
from dataclasses import replace

import pytest
from sqlalchemy import select

from bot.storage.publications import SqlPublications
from bot.storage.tables import narrative_ratings
from tools.narrative.publishing import Content, Picture, Publication, reasons_for_review
from tools.narrative.report import Checks, Report


def report(**more):
    return Report(
        backtest_id="b1", engine="deskhand", title="Golden cross", detail="standard", facts=(), sections=(),
        text="It rose.", recommendation="research", checks=Checks(ok=True), writer="rules", **more,
    )  # fmt: skip


CONTENT = Content(report(), Picture(b"png", "It rises", "Equity"))


def test_the_hash_is_over_text_facts_and_chart():
    hashes = {
        CONTENT.hash,
        replace(CONTENT, chart=None).hash,
        replace(CONTENT, chart=replace(CONTENT.chart, png=b"other")).hash,
        replace(CONTENT, chart=replace(CONTENT.chart, alt_text="It falls")).hash,
        replace(CONTENT, report=report().model_copy(update={"text": "It fell."})).hash,
    }
    assert len(hashes) == 5
    assert CONTENT.hash == Content(report(cached=True), replace(CONTENT.chart)).hash


def test_what_makes_it_wait():
    plain = report()
    model = plain.model_copy(update={"writer": "gpt"})
    objected = plain.model_copy(update={"checks": Checks(ok=False)})
    every = ("first", "model_written", "negative_check", "always")
    assert reasons_for_review(plain, first=False, policy=every[:3]) == ()
    assert reasons_for_review(plain, first=True, policy=every[:3]) == ("first",)
    assert reasons_for_review(plain, first=True, policy=()) == ()
    assert reasons_for_review(model, first=False, policy=every[:3]) == ("model_written",)
    assert reasons_for_review(objected, first=False, policy=()) == ("negative_check",)
    assert reasons_for_review(plain, first=False, policy=every) == ("always",)


async def test_kept_published_and_rated(database):
    store = SqlPublications(database)
    await store.keep(CONTENT)
    await store.keep(CONTENT)
    assert await store.content(CONTENT.hash) == CONTENT
    assert await store.content("nothing") is None
    one = Publication("p1", CONTENT.hash, "b1", "Golden cross", "C1", "ana", "paul", at=1.0)
    assert not await store.knows_strategy("Golden cross")
    await store.publish(one)
    await store.publish(replace(one, channel="C2"))
    two = replace(one, id="p2", backtest_id="b2", at=time.time())
    await store.publish(two)
    assert await store.published() == [two, one]
    assert await store.published(["b1"]) == [one]
    assert await store.get("p1") == one
    assert await store.get("p3") is None
    assert await store.knows_strategy("Golden cross")
    with pytest.raises(LookupError):
        await store.publish(replace(one, id="p4", hash="unknown"))
    await store.rate(CONTENT.hash, "paul", 3)
    await store.rate(CONTENT.hash, "paul", 5)
    async with database.read() as connection:
        rows = (await connection.execute(select(narrative_ratings.c.person, narrative_ratings.c.stars))).all()
    assert rows == [("paul", 5)]
