"""What people say about digests, as the router reads it: planned, refused where it would be half granted, changed."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import pytest

from bot.protocols import Person, Place, Reply, Request
from bot.routing.router import load_weights, route_by_rules
from handlers.digest import DigestHandler
from tools.digests.compile import edition
from tools.digests.model import Digest, Edition, Found, Window
from tools.errors import BadInput

NOW = 1_795_700_000.0
load_weights()  # read before there is an event loop


@dataclass(frozen=True)
class Block:
    id: str
    asked_as: str
    title: str = "Title"

    async def read(self, window: Window) -> Found | None:
        return Found((f"{self.id} happened",))


BLOCKS = {
    one.id: one
    for one in (
        Block("backtests", r"\bbacktests?\b"),
        Block("incidents", r"\bincidents?\b"),
        Block("usage", r"\busage\b"),
    )
}


@dataclass
class Store:
    kept: dict[str, Digest] = field(default_factory=dict)

    async def add(self, digest: Digest) -> bool:
        return self.kept.setdefault(digest.id, digest) is digest

    async def replace(self, digest: Digest) -> bool:
        self.kept[digest.id] = digest
        return True

    async def remove(self, digest_id: str) -> bool:
        return self.kept.pop(digest_id, None) is not None

    async def get(self, digest_id: str) -> Digest | None:
        return self.kept.get(digest_id)

    async def all(self, channel: str = "") -> list[Digest]:
        return [one for one in self.kept.values() if channel in ("", one.channel)]


@dataclass
class Service:
    previewed: list[Digest] = field(default_factory=list)

    async def preview(self, digest: Digest) -> Edition:
        self.previewed.append(digest)
        return await edition(digest, BLOCKS, Window(NOW - 86400, NOW, digest.schedule.zone))

    async def send_now(self, digest: Digest, key: str, by: str) -> bool:
        return True


async def quietly(words: str) -> None:
    """Nobody watches."""


class Desk:
    def __init__(self) -> None:
        self.store, self.service = Store(), Service()
        self.handler = DigestHandler(self.store, self.service, BLOCKS, lambda: NOW)

    async def say(self, text: str, channel: str = "C0DESK") -> Reply:
        person = Person("U1", time_zone="Europe/London")
        routed = route_by_rules(text, {}, date(2026, 11, 26))
        return await self.handler.handle(Request(person, Place(channel=channel), text, "e1", "c1", routed), quietly)

    async def scheduled(self, text: str, channel: str = "C0DESK") -> Digest:
        await self.say(text, channel)
        digest = self.service.previewed[-1]
        await self.store.add(digest)
        return digest


@pytest.mark.parametrize(
    ("text", "words", "blocks"),
    [
        ("post a daily digest here every weekday at 8 London time", "every weekday at 08:00 London time", "all"),
        ("can you send us a summary every morning at 7:30 New York", "every day at 07:30 New York time", "all"),
        ("weekly digest on mondays at 9", "every Monday at 09:00 London time", "all"),
        ("monthly digest on the first at 10am Tokyo", "on the first of every month at 10:00 Tokyo time", "all"),
        ("post incidents and usage here every day at 06:00 UTC", "every day at 06:00 UTC", ["incidents", "usage"]),
        ("daily digest of backtests at noon", "every day at 12:00 London time", ["backtests"]),
    ],
)
async def test_planned_as_it_was_said_and_kept_only_by_the_button(text: str, words: str, blocks: Sequence[str]):
    desk = Desk()
    reply = await desk.say(text)
    (digest,) = desk.service.previewed
    assert digest.schedule.words() == words
    assert list(digest.blocks) == (list(BLOCKS) if blocks == "all" else blocks)
    assert words in reply.text
    assert desk.store.kept == {}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("post a digest at 8am and 4pm every day", "one time of day"),
        ("hourly digest please", "once a day at most"),
        ("send a digest twice a day", "once a day at most"),
        ("digest on the last friday of the month at 5pm", "not on a later one"),
        ("post a daily digest at 8 in #research", "choose it from Slack's list"),
    ],
)
async def test_what_would_be_half_granted_is_refused(text: str, why: str):
    with pytest.raises(BadInput, match=why):
        await Desk().say(text)


async def test_changed_in_words_and_asked_which_where_there_are_two():
    desk = Desk()
    first = await desk.scheduled("post a daily digest here every weekday at 8 London time")
    await desk.say("move the digest to 7am New York time")
    assert desk.store.kept[first.id].schedule.words() == "every weekday at 07:00 New York time"
    await desk.say("drop usage from the digest")
    assert desk.store.kept[first.id].blocks == ("backtests", "incidents")
    await desk.say("only incidents in the digest please")
    assert desk.store.kept[first.id].blocks == ("incidents",)
    with pytest.raises(BadInput, match="Nothing would be left"):
        await desk.say("remove incidents from the digest")
    with pytest.raises(BadInput, match="could not tell what to change"):
        await desk.say("change the digest")
    second = await desk.scheduled("post a weekly digest here on mondays at 9")
    asked = await desk.say("pause the digest")
    assert asked.outcome == "asked"
    assert not any(one.paused for one in desk.store.kept.values())
    await desk.say("pause the weekly digest")
    assert desk.store.kept[second.id].paused
    assert not desk.store.kept[first.id].paused
    elsewhere = await desk.scheduled("post a daily digest here at 8", "C0OTHER")
    await desk.say("delete the digest", "C0OTHER")
    assert elsewhere.id not in desk.store.kept
    assert replace(desk.store.kept[second.id], paused=False).schedule.days == ("mon",)
