"""Digests: schedule one in words or in a modal, see it before, list, pause, move, change, delete, send it now."""

import json
import re
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol, cast

from bot.protocols import Intent, Json, Modal, ModalView, Opening, Permission, Progress, Reply, Request
from handlers.views import digest as views
from tools.digests.model import Digest, DigestBlock, Edition
from tools.digests.schedule import DAYS, Schedule, parse_time
from tools.errors import BadInput, NotFound

_WEEKDAYS: Final = DAYS[:5]
_USUAL_TIME: Final = "08:00"
_TOO_OFTEN: Final = re.compile(
    r"\bhourly\b|\bevery (?:\d+ )?(?:hours?|minutes?)\b|\b(?:twice|two times|three times) (?:a|per) day\b"
)
_TIMES: Final = re.compile(r"\b(?:[01]?\d|2[0-3])(?::[0-5]\d ?(?:am|pm)?| ?(?:am|pm))\b")
_NOT_FIRST: Final = re.compile(
    r"\b(?:last|second|third|fourth|final|2nd|3rd|4th|15th|[12]\dth)\b.*\bmonth\b|\bmonth[- ]end\b|\bend of (?:the |every |each )?month\b"
)
_DROP: Final = re.compile(r"\b(?:drop|remove|without|take\b.*\bout|leave out|no)\b")
_CHANNEL: Final = re.compile(r"^[CGD][A-Z0-9]{2,}$")


class Store(Protocol):
    """Where digests are kept."""

    async def add(self, digest: Digest) -> bool:
        """False where its id is taken."""
        ...

    async def replace(self, digest: Digest) -> bool:
        """False where it is gone."""
        ...

    async def remove(self, digest_id: str) -> bool:
        """False where it is gone already."""
        ...

    async def get(self, digest_id: str) -> Digest | None:
        """The digest, or None."""
        ...

    async def all(self, channel: str = "") -> list[Digest]:
        """Those of a channel, or all."""
        ...


class Service(Protocol):
    """What is done with a digest now."""

    async def preview(self, digest: Digest) -> Edition:
        """As it would be now."""
        ...

    async def send_now(self, digest: Digest, key: str, by: str) -> bool:
        """Post it beside its slots, once a key."""
        ...


@dataclass(frozen=True, slots=True)
class DigestHandler:
    """Serves `digest` and its buttons. A digest is kept only once somebody saw its preview and pressed the button."""

    store: Store
    service: Service
    blocks: Mapping[str, DigestBlock]
    clock: Callable[[], float] = time.time
    intent: Intent = "digest"
    permission: Permission = "digests"

    @property
    def modals(self) -> Mapping[str, Modal]:
        """Changing a digest, or one that is not scheduled yet."""
        return {"digest.edit": Modal(self.permission, self._view)}

    async def handle(self, request: Request, progress: Progress) -> Reply:
        """Do what was asked, by words or by button."""
        arguments = request.routed.arguments
        verb = request.action.id.removeprefix("digest.") if request.action else str(arguments.get("action") or "list")
        if request.action is None:
            _refuse_what_cannot_be(request.text.lower())
            if verb in ("change", "move") and not await self.store.all():
                verb = "create"
        match verb:
            case "create":
                return await self._preview(self._planned(request), progress)
            case "schedule":
                return await self._schedule(request)
            case "discard":
                return Reply("Discarded; nothing was scheduled.", replaces=True)
            case "edit":
                return await self._edited(request, progress)
            case "list":
                return views.list_reply(await self.store.all(), self.blocks, self.clock())
        found = await self._meant(request)
        if isinstance(found, Reply):
            return found
        return await self._with(verb, found, request, progress)

    async def _with(self, verb: str, digest: Digest, request: Request, progress: Progress) -> Reply:
        match verb:
            case "pause" | "resume":
                paused = verb == "pause"
                said = (
                    "It is paused until you say resume."
                    if paused
                    else "It goes on; what was due meanwhile is not posted."
                )
                return await self._kept(replace(digest, paused=paused, since=self.clock()), said, request)
            case "delete":
                await self.store.remove(digest.id)
                return Reply(f"{digest.name} is deleted.", replaces=request.action is not None)
            case "send":
                await progress("putting it together")
                await self.service.send_now(digest, f"now:{request.event_id}", request.person.id)
                return views.stands_reply(digest, self.blocks, self.clock(), "It is being posted now.")
            case "move" | "change":
                return await self._kept(self._changed(digest, request), "It is changed.", request)
        await progress("putting it together")
        return views.edition_reply(await self.service.preview(digest))

    async def _kept(self, digest: Digest, said: str, request: Request) -> Reply:
        if not await self.store.replace(digest):
            raise NotFound("That digest is gone. Ask me which digests there are.")
        return views.stands_reply(digest, self.blocks, self.clock(), said, replaces=request.action is not None)

    async def _preview(self, digest: Digest, progress: Progress, *, replaces: bool = False) -> Reply:
        await progress("putting a preview together")
        made = await self.service.preview(digest)
        return replace(views.preview_reply(made, self.clock(), _plan(digest)), replaces=replaces)

    async def _schedule(self, request: Request) -> Reply:
        digest = replace(self._from_plan(request.routed.arguments, request.person.id), since=self.clock())
        new = await self.store.add(digest)
        said = "It is scheduled." if new else "It was scheduled before."
        kept = await self.store.get(digest.id)
        return views.stands_reply(kept or digest, self.blocks, self.clock(), said, replaces=True)

    async def _edited(self, request: Request, progress: Progress) -> Reply:
        arguments = request.routed.arguments
        fields = arguments.get("fields")
        if not isinstance(fields, Mapping):
            raise BadInput("Nothing was filled in; press the button again.")
        stored = await self.store.get(str(arguments.get("digest_id") or ""))
        before = stored or self._from_plan(arguments, request.person.id)
        after = replace(_filled(before, fields), since=self.clock())
        if stored is None:
            return await self._preview(after, progress, replaces=True)
        return await self._kept(after, "It is changed.", request)

    async def _view(self, opening: Opening) -> ModalView:
        said = json.loads(opening.value)
        stored = await self.store.get(str(said.get("digest_id") or ""))
        return views.modal_view(stored or self._from_plan(said, opening.person.id), self.blocks)

    async def _meant(self, request: Request) -> Digest | Reply:
        """The digest that is meant, or the question which."""
        said = request.routed.arguments.get("digest_id") or request.subject.get("digest_id")
        if said:
            digest = await self.store.get(str(said))
            if digest is not None:
                return digest
            if request.action is not None:
                raise NotFound("That digest is gone. Ask me which digests there are.")
        here = await self.store.all(request.place.channel)
        digests = here or await self.store.all()
        named = [digest for digest in digests if digest.name.lower() in request.text.lower()]
        candidates = named or digests
        if len(candidates) == 1:
            return candidates[0]
        asked = "Which one do you mean? Use its buttons:" if candidates else ""
        return views.list_reply(candidates, self.blocks, self.clock(), asked)

    def _planned(self, request: Request) -> Digest:
        arguments = request.routed.arguments
        schedule = _schedule(arguments, request.person.time_zone)
        channel = _channel(arguments, request.place.channel)
        chosen = self._named_blocks(request.text.lower())
        return Digest(
            id=f"d{secrets.token_hex(5)}",
            name=_name(arguments),
            channel=channel,
            schedule=schedule,
            blocks=chosen or tuple(self.blocks),
            created_by=request.person.id,
            since=self.clock(),
        )

    def _changed(self, digest: Digest, request: Request) -> Digest:
        """The digest with what the words change: when, where, what is in it."""
        arguments, text = request.routed.arguments, request.text.lower()
        schedule = digest.schedule
        if arguments.get("cadence") or arguments.get("days"):
            schedule = _schedule({**arguments, "time": f"{schedule.at:%H:%M}"}, schedule.zone)
        if arguments.get("time"):
            schedule = replace(schedule, at=parse_time(str(arguments["time"])))
        if arguments.get("time_zone"):
            schedule = replace(schedule, zone=str(arguments["time_zone"]))
        channel = _channel(arguments, digest.channel)
        blocks = self._other_blocks(digest.blocks, text)
        after = replace(digest, schedule=schedule, channel=channel, blocks=blocks)
        if after == digest:
            raise BadInput(
                "I could not tell what to change. Say for example: move it to 9, drop usage from it, "
                "or press Change on the digest."
            )
        return replace(after, since=self.clock())

    def _other_blocks(self, before: Sequence[str], text: str) -> tuple[str, ...]:
        named = self._named_blocks(text)
        if not named:
            return tuple(before)
        if _DROP.search(text):
            left = tuple(block for block in before if block not in named)
            if not left:
                raise BadInput("Nothing would be left in it; delete or pause it instead.")
            return left
        return named if re.search(r"\bonly\b", text) else tuple(dict.fromkeys((*before, *named)))

    def _named_blocks(self, text: str) -> tuple[str, ...]:
        return tuple(block.id for block in self.blocks.values() if re.search(block.asked_as, text))

    def _from_plan(self, plan: Mapping[str, Json], by: str) -> Digest:
        """A digest from a button's value, which holds all of it."""
        try:
            schedule = Schedule(
                tuple(cast("Sequence[str]", plan["days"])),
                parse_time(str(plan["at"])),
                str(plan["zone"]),
                bool(plan["first"]),
            )
            blocks = tuple(block for block in cast("Sequence[str]", plan["blocks"]) if block in self.blocks)
            return Digest(
                str(plan["id"]), str(plan["name"]), str(plan["channel"]), schedule, blocks, by, self.clock()
            )
        except (KeyError, TypeError):
            raise BadInput("That button is of an earlier version. Ask me for the digest again.") from None


def _refuse_what_cannot_be(text: str) -> None:
    """Say so where a wish would be half granted in silence."""
    if _TOO_OFTEN.search(text):
        raise BadInput("A digest goes out once a day at most. For more, schedule several with a time each.")
    if len(set(_TIMES.findall(text))) > 1:
        raise BadInput("A digest has one time of day. Schedule one for each time.")
    if _NOT_FIRST.search(text):
        raise BadInput(
            "In a month I can post on the first of some days, such as the first weekday or the first Friday, not on a "
            "later one. Which first day should it be?"
        )


def _plan(digest: Digest) -> Mapping[str, Json]:
    return {
        "id": digest.id,
        "name": digest.name,
        "channel": digest.channel,
        "days": list(digest.schedule.days),
        "at": f"{digest.schedule.at:%H:%M}",
        "zone": digest.schedule.zone,
        "first": digest.schedule.first_of_month,
        "blocks": list(digest.blocks),
    }


def _schedule(arguments: Mapping[str, Json], zone: str) -> Schedule:
    said, cadence = arguments.get("days"), arguments.get("cadence")
    days = tuple(day for day in DAYS if isinstance(said, Sequence) and day in said)
    if not days:
        days = DAYS if cadence in ("daily", "monthly") else ("mon",) if cadence == "weekly" else _WEEKDAYS
    at = parse_time(str(arguments.get("time") or _USUAL_TIME))
    return Schedule(days, at, str(arguments.get("time_zone") or zone or "UTC"), cadence == "monthly")


def _channel(arguments: Mapping[str, Json], here: str) -> str:
    said = str(arguments.get("channel") or here)
    if not said:
        raise BadInput("Say in which channel: ask me there, or link it with #.")
    if not _CHANNEL.fullmatch(said):
        raise BadInput(
            f"I cannot tell which channel {said} is: choose it from Slack's list while you type, so that it becomes a "
            "link, or ask me in that channel."
        )
    return said


def _name(arguments: Mapping[str, Json]) -> str:
    cadence = arguments.get("cadence")
    return {"weekly": "Weekly digest", "monthly": "Monthly digest"}.get(str(cadence), "Daily digest")


def _filled(before: Digest, fields: Mapping[str, Json]) -> Digest:
    days = cast("Sequence[str]", fields.get("days") or before.schedule.days)
    schedule = Schedule(
        tuple(day for day in DAYS if day in days),
        parse_time(str(fields.get("time") or f"{before.schedule.at:%H:%M}")),
        str(fields.get("zone") or before.schedule.zone),
        fields.get("first") == "first",
    )
    blocks = tuple(cast("Sequence[str]", fields.get("blocks") or before.blocks))
    return replace(
        before,
        name=str(fields.get("name") or before.name).strip()[:80],
        channel=str(fields.get("channel") or before.channel),
        schedule=schedule,
        blocks=blocks,
    )
