"""What waits and where reviewers are asked: texts by a model or objected to, review channels, direct messages."""

import json
import time
from dataclasses import dataclass, field, replace

import pytest
from conftest_approvals import Desk, person

from bot.protocols import Place, Request, Routed
from bot.storage.publications import SqlPublications
from handlers.reviews import PROPOSE, Reviews
from tools.narrative.publishing import Content
from tools.narrative.report import Checks, FindingModel, Report, SectionModel

OK = Checks(ok=True)
BAD = Checks(ok=False, findings=(FindingModel(kind="number", span="0.99", reason="no fact has it"),))


def report(writer="rules", text="By rules.", checks=OK):
    return Report(
        backtest_id="b1", engine="deskhand", title="Golden cross", detail="standard", facts=(),
        sections=(SectionModel(title="Executive summary", text=text),), text=text, recommendation="research",
        checks=checks, writer=writer,
    )  # fmt: skip


class OneReport:
    """Writes one report, and another where there is a note."""

    def __init__(self, made):
        self.made = made

    async def narrate(self, backtest_id, *, detail="standard", note=""):
        text = f"{self.made.text} {note}".strip()
        return self.made.model_copy(
            update={"detail": detail, "text": text, "sections": (SectionModel(title="Executive summary", text=text),)}
        )


class PlainContents:
    def __init__(self, by_model, by_rules):
        self.rules = OneReport(by_rules)
        self.reports = OneReport(by_model) if by_model else self.rules

    async def of(self, backtest_id, detail, note="", *, by_rules=False):
        return Content(
            await (self.rules if by_rules else self.reports).narrate(backtest_id, detail=detail, note=note)
        )

    async def with_chart(self, made):
        return Content(made)


@dataclass
class Said:
    announced: dict[str, tuple] = field(default_factory=dict)
    shown: dict[str, object] = field(default_factory=dict)

    async def announce(self, key, reply, to, *, due=None, by=""):
        return self.announced.setdefault(key, (reply, to)) == (reply, to)

    async def update(self, key, reply):
        self.shown[key] = reply


def request(who="ana", channel="C1"):
    place = Place("T1", channel, "1.0", "1.0", channel.startswith("D"))
    return Request(person(who), place, "x", "event", "c", Routed("narrate", 1.0))


def words(reply):
    return reply.text + json.dumps(reply.blocks, ensure_ascii=False)


@pytest.fixture
def review(sqlite_database):
    def make(by_model, channel="", by_rules=None, **settings):
        desk = Desk(sqlite_database, **settings)
        policy = ("first", "model_written", "negative_check")
        reviews = Reviews(
            desk.approvals,
            Said(),
            desk.timers,
            SqlPublications(sqlite_database),
            PlainContents(by_model, by_rules or report()),
            policy,
            channel,
        )
        desk.approvals.follow("narrative", reviews)
        desk.timers.register(PROPOSE, reviews.propose)
        return desk, reviews

    return make


async def test_what_rules_wrote_and_the_check_passed_is_shown_at_once(review):
    desk, reviews = review(None)
    assert await reviews.readable(request(), "b1", "standard") == (report(), "")
    await desk.fire()
    assert await desk.approvals.list() == []


async def test_a_model_s_text_waits_and_the_rules_text_is_shown_until_it_is_approved(review):
    desk, reviews = review(report("gpt", "By a model."))
    for _ in range(2):
        assert await reviews.readable(request(), "b1", "standard") == (report(), "")
    assert await desk.approvals.list() == [], "nobody waits for the model"
    await desk.fire(time.time())
    [waiting] = await desk.approvals.list()
    assert waiting.subject.requester.id == "ana"
    shown, held = await reviews.readable(request("paul"), "b1", "standard")
    assert shown.text == "By rules."
    assert held == "The model's text waits for a reviewer because a model wrote it; rules wrote what you see."
    await desk.fire(waiting.created_at + 1)
    [(card, to)] = reviews.announcer.announced.values()
    assert to.channel == "C1"
    assert "By a model" not in words(card), "others read in this place"
    assert "approvals.look" in words(card)
    assert "By a model" in words(await reviews.card(waiting))
    decided = await reviews.decide(request("mia").person, waiting, "approve", looked_at=waiting.subject.hash)
    assert decided.result == "decided"
    await desk.fire(waiting.created_at + 10)
    assert "By a model" in words(reviews.announcer.shown[f"approval:{waiting.id}"])
    assert reviews.announcer.announced[f"published:{waiting.id}"][1].thread_ts == "1.0"
    assert (await reviews.readable(request(), "b1", "standard"))[0].text == "By a model."
    said = await reviews.ask(request(), "b1", "standard", "C2", "")
    assert said == "Published in <#C2>.", "exactly this was approved before"


async def test_a_model_s_text_that_was_sent_back_is_not_shown_and_written_again(review):
    desk, reviews = review(report("gpt", "By a model."))
    await reviews.readable(request(), "b1", "standard")
    await desk.fire(time.time())
    [waiting] = await desk.approvals.list()
    await reviews.decide(
        request("paul").person, waiting, "send_back", looked_at=waiting.subject.hash, note="Less praise"
    )
    await desk.fire(time.time())
    again = await desk.approvals.latest("narrative", waiting.subject.id)
    assert again.subject.version == 2
    assert "By a model. Less praise" in words(await reviews.card(again))
    await reviews.decide(request("paul").person, again, "discard", looked_at=again.subject.hash)
    shown, held = await reviews.readable(request(), "b1", "standard")
    assert shown.text == "By rules."
    assert held == "The model's text was not approved (discarded); rules wrote what you see."


async def test_what_the_check_objects_to_is_named_to_reviewers(review):
    bad = report(text="Sharpe 0.99.", checks=BAD)
    desk, reviews = review(None, channel="CREVIEW", by_rules=bad)
    shown, held = await reviews.readable(request(), "b1", "standard")
    assert (shown, "the check objects to it" in held) == (bad, True)
    [waiting] = await desk.approvals.list()
    await desk.fire(waiting.created_at + 1)
    [(card, to)] = reviews.announcer.announced.values()
    assert to.channel == "CREVIEW"
    assert "“0.99”: no fact has it" in words(card)
    assert "approvals.publish" in words(card)
    sent = await reviews.decide(
        request("paul").person, waiting, "send_back", looked_at=waiting.subject.hash, note="No!"
    )
    await desk.fire(sent.approval.closed_at + 1)
    again = await desk.approvals.latest("narrative", waiting.subject.id)
    assert (again.subject.version, again.subject.details["note"]) == (2, "No!")
    assert again.subject.details["redraft"].startswith("The rules could make nothing of this note")
    assert "was not approved" not in held
    await desk.fire(again.created_at + 1)
    assert (
        "paul sent the version before back".lower()
        in words(reviews.announcer.announced[f"card:{again.id}"][0]).lower()
    )


async def test_nobody_is_asked_where_nobody_reads(review):
    desk, reviews = review(None)
    said = await reviews.ask(request(channel="D1"), "b1", "standard", "C2", "")
    assert "Nobody else reads this conversation" in said
    [waiting] = await desk.approvals.list()
    await desk.fire(waiting.created_at + 1)
    assert reviews.announcer.announced == {}
    await reviews.reminded(waiting, 1)
    assert reviews.announcer.announced == {}
    again = await reviews.ask(replace(request(), event_id="other"), "b1", "standard", "C2", "")
    assert "already waits" in again


async def test_a_quorum_shows_who_approved_so_far(review):
    desk, reviews = review(None, required=2)
    await reviews.ask(request(), "b1", "standard", "C2", "")
    [waiting] = await desk.approvals.list()
    first = await reviews.decide(request("paul").person, waiting, "approve", looked_at=waiting.subject.hash)
    assert first.result == "counted"
    await desk.fire(waiting.created_at + 10)
    assert "approved by 1 of 2 (Paul)" in words(reviews.announcer.shown[f"approval:{waiting.id}"])
    assert f"published:{waiting.id}" not in reviews.announcer.announced
    await reviews.decide(request("mia").person, waiting, "approve", looked_at=waiting.subject.hash)
    await desk.fire(waiting.created_at + 10)
    assert "by Paul and Mia" in words(reviews.announcer.shown[f"approval:{waiting.id}"])
    assert (await reviews.store.published())[0].channel == "C2"


async def test_nobody_decided(review):
    desk, reviews = review(None)
    await reviews.ask(request(), "b1", "standard", "C2", "")
    [waiting] = await desk.approvals.list()
    await desk.fire()
    await desk.fire()
    told = reviews.announcer.announced[f"told:{waiting.id}"][0]
    assert "Expired" in words(told)
    assert {key for key in reviews.announcer.announced if key.startswith("reminder")} == {
        f"reminder:{waiting.id}:1", f"reminder:{waiting.id}:2",
    }  # fmt: skip
