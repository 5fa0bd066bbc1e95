"""Digests as messages: an edition, its preview with buttons, the list, and the modal that changes one."""

import json
from collections.abc import Mapping, Sequence

from bot.protocols import Attachment, Block, Json, ModalView, Reply
from handlers.views.text import button, context, escape, header, section
from tools.digests.model import Digest, DigestBlock, Edition, Part
from tools.digests.schedule import DAYS, moment

_ZONES = (
    "Europe/London",
    "America/New_York",
    "America/Chicago",
    "Europe/Zurich",
    "Asia/Tokyo",
    "Asia/Hong_Kong",
    "Asia/Singapore",
    "Australia/Sydney",
    "UTC",
)


def edition_reply(edition: Edition) -> Reply:
    """An edition as it is posted in its channel."""
    zone = edition.window.zone
    told = [f"Skipped while I was not running: {', '.join(moment(slot, zone) for slot in edition.skipped[-5:])}."]
    more = len(edition.skipped) - 5
    told = [f"{told[0]} And {more} before."] if more > 0 else told if edition.skipped else []
    since = moment(edition.window.since, zone)
    if edition.is_empty:
        text = " ".join([f"{edition.digest.name}: nothing new since {since}.", *told])
        return Reply(text, (section(escape(text)),))
    blocks: list[Block] = [header(edition.digest.name[:150]), context(f"Since {since}")]
    charts: list[Attachment] = []
    for part in edition.parts:
        blocks += _part(part, charts)
    blocks += [context(line) for line in told]
    heads = [f"{part.title}: {part.found.lines[0]}" for part in edition.parts if part.found and part.found.new]
    return Reply(f"{edition.digest.name}. {' '.join(heads)}"[:2900], tuple(blocks), tuple(charts))


def _part(part: Part, charts: list[Attachment]) -> list[Block]:
    if part.problem:
        return [section(f"*{part.title}*\nCould not be read this time.")]
    if part.found is None:
        return []
    lines = "\n".join(
        escape(line) if len(part.found.lines) == 1 else f"• {escape(line)}" for line in part.found.lines
    )
    shown: list[Block] = [section(f"*{part.title}*\n{lines}")]
    chart = part.found.chart
    if chart is not None:
        name = f"digest-{len(charts)}.png"
        charts.append(Attachment(name, chart.png, chart.title, chart.alt_text))
        shown.append({"type": "image", "slack_file": {"id": f"attachment:{name}"}, "alt_text": chart.alt_text})
    return shown


def preview_reply(edition: Edition, now: float, plan: Mapping[str, Json]) -> Reply:
    """What would be posted, and when, before it is scheduled."""
    digest = edition.digest
    lead = f"*{escape(digest.name)}* would be posted {_where(digest)} {digest.schedule.words()}, first {_next(digest, now)}."
    as_it_is = edition_reply(edition)
    value = json.dumps(dict(plan))
    buttons: list[Json] = [
        {**button("digest.schedule", "Schedule it", value), "style": "primary"},
        button("digest.edit", "Change…", value),
        button("digest.discard", "Discard", value),
    ]
    blocks: tuple[Block, ...] = (
        section(lead),
        context("This is how it would look now:"),
        {"type": "divider"},
        *as_it_is.blocks,
        {"type": "divider"},
        {"type": "actions", "elements": buttons},
    )
    return Reply(f"{_plain(lead)} Press Schedule it to begin.", blocks, as_it_is.attachments, outcome="asked")


def stands_reply(
    digest: Digest, blocks: Mapping[str, DigestBlock], now: float, lead: str, *, replaces: bool = False
) -> Reply:
    """One digest and what can be done with it."""
    text = f"{lead} {_line(digest, blocks, now)}"
    subject: dict[str, Json] = {"digest_id": digest.id}
    return Reply(_plain(text), (section(text), _buttons(digest)), subject=subject, replaces=replaces)


def list_reply(digests: Sequence[Digest], blocks: Mapping[str, DigestBlock], now: float, asked: str = "") -> Reply:
    """All of them, each with its buttons; a question where one must be chosen."""
    if not digests:
        text = "There is no digest. Say for example: post a daily digest here every weekday at 8 London time."
        return Reply(text, (section(text),))
    lead = asked or ("There is one digest:" if len(digests) == 1 else f"There are {len(digests)} digests:")
    shown: list[Block] = [section(lead)]
    for digest in digests[:15]:
        shown += [section(_line(digest, blocks, now)), _buttons(digest)]
    names = "; ".join(f"{digest.name}, {digest.schedule.words()}" for digest in digests)
    return Reply(f"{lead} {names}", tuple(shown), outcome="asked" if asked else "done")


def _line(digest: Digest, blocks: Mapping[str, DigestBlock], now: float) -> str:
    holds = ", ".join(blocks[id_].title.lower() for id_ in digest.blocks if id_ in blocks)
    state = "paused" if digest.paused else f"next {_next(digest, now)}"
    return f"*{escape(digest.name)}* {_where(digest)}, {digest.schedule.words()}, {state}. It holds {holds}."


def _buttons(digest: Digest) -> Block:
    value = json.dumps({"digest_id": digest.id})
    pause = button("digest.resume", "Resume", value) if digest.paused else button("digest.pause", "Pause", value)
    delete = {
        **button("digest.delete", "Delete", value),
        "style": "danger",
        "confirm": {
            "title": {"type": "plain_text", "text": "Delete this digest?"},
            "text": {"type": "plain_text", "text": "It will not be posted again."},
            "confirm": {"type": "plain_text", "text": "Delete"},
            "deny": {"type": "plain_text", "text": "Keep"},
        },
    }
    elements = [
        button("digest.preview", "Preview", value),
        button("digest.send", "Send now", value),
        pause,
        button("digest.edit", "Change…", value),
        delete,
    ]
    return {"type": "actions", "elements": elements}


def modal_view(digest: Digest, blocks: Mapping[str, DigestBlock]) -> ModalView:
    """Everything about one digest, filled in."""
    schedule = digest.schedule
    zones = list(dict.fromkeys((schedule.zone, *_ZONES)))
    days = [_option(day, day.capitalize()) for day in DAYS]
    held = [_option(block.id, block.title) for block in blocks.values()]
    chosen_days = [option for option in days if option["value"] in schedule.days]
    chosen = [option for option in held if option["value"] in digest.blocks]
    inputs: tuple[Block, ...] = (
        _input("name", "Name", {"type": "plain_text_input", "initial_value": digest.name, "max_length": 80}),
        _input("channel", "Channel", {"type": "conversations_select", "initial_conversation": digest.channel}),
        _input("days", "Days", {"type": "checkboxes", "options": days, "initial_options": chosen_days}),
        _input(
            "first",
            "How often",
            _select(
                {"every": "On each of these days", "first": "On the first of them in each month"},
                "first" if schedule.first_of_month else "every",
            ),
        ),
        _input("time", "Time", {"type": "timepicker", "initial_time": f"{schedule.at:%H:%M}"}),
        _input("zone", "Time zone", _select({zone: zone for zone in zones}, schedule.zone)),
        _input("blocks", "What it holds", {"type": "checkboxes", "options": held, "initial_options": chosen}),
    )
    return ModalView("Digest", inputs, "Save")


def _input(block_id: str, label: str, element: Mapping[str, Json]) -> Block:
    cleaned = {key: value for key, value in element.items() if value not in ([], "")}
    return {
        "type": "input",
        "block_id": block_id,
        "label": {"type": "plain_text", "text": label},
        "element": {"action_id": block_id, **cleaned},
    }


def _select(choices: Mapping[str, str], chosen: str) -> Mapping[str, Json]:
    options = [_option(value, name) for value, name in choices.items()]
    initial = next(option for option in options if option["value"] == chosen)
    return {"type": "static_select", "options": options, "initial_option": initial}


def _option(value: str, name: str) -> dict[str, Json]:
    return {"text": {"type": "plain_text", "text": name}, "value": value}


def _where(digest: Digest) -> str:
    return "in our messages" if digest.channel.startswith("D") else f"in <#{digest.channel}>"


def _next(digest: Digest, now: float) -> str:
    return moment(digest.schedule.next(now), digest.schedule.zone)


def _plain(mrkdwn: str) -> str:
    return mrkdwn.replace("*", "")
