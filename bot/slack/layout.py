"""From a `Reply` to messages that Slack takes: every documented limit is kept here, by construction.

Pure functions. What is too long is split where a reader would, what is too much becomes a file; nothing a reader
would have seen is dropped. Limits: https://docs.slack.dev/reference/block-kit/blocks.
"""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.protocols import Attachment, Block, Json, Reply
from bot.slack.text import ELLIPSIS, shorten, size, split_text

MESSAGE_BLOCKS = 50
MESSAGE_CHARACTERS = 12_000
"""All text of a message's blocks together; Slack refuses at about 13,200."""
FALLBACK_TEXT = 4_000
SECTION_TEXT = 3_000
FIELD_TEXT = 2_000
FIELDS = 10
HEADER_TEXT = 150
CONTEXT_ELEMENTS = 10
CONTEXT_TEXT = 2_000
ACTION_ELEMENTS = 25
MARKDOWN_TEXT = 11_500
"""Slack takes 12,000; the rest of a message's budget is left to ids and a header."""
TABLE_ROWS = 100
TABLE_COLUMNS = 20
TABLE_CHARACTERS = 9_000
"""Text of all cells together; Slack refuses at 10,000."""
BUTTON_TEXT = 75
BUTTON_VALUE = 2_000
URL = 3_000
ID = 255
ALT_TEXT = 2_000
TITLE_TEXT = 2_000
OPTIONS = 100
OPTION_VALUE = 150
OVERFLOW_OPTIONS = 5
MOST_MESSAGES = 4
"""More than this many messages of one reply is a flood: the rest becomes a file."""

ATTACHED = "attachment:"
"""Prefix of a `slack_file` id that names an attachment of the reply instead of a file in Slack."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message: `text` for notifications and screen readers (always set), `blocks` for the eye (may be empty)."""

    text: str
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class Laid:
    """Everything to deliver, in order; image files named by a block are placed, the other files are shared."""

    messages: tuple[Message, ...]
    files: tuple[Attachment, ...] = ()


def lay_out(reply: Reply) -> Laid:
    """The messages of a reply and of what follows it (`more`)."""
    own = _lay_out_one(reply)
    follow = [lay_out(more) for more in reply.more]
    return Laid(
        messages=own.messages + tuple(message for laid in follow for message in laid.messages),
        files=own.files + tuple(file for laid in follow for file in laid.files),
    )


def text_of(blocks: Sequence[Block]) -> str:
    """What a reader sees of the blocks, as text: for a fallback, a file, or a server that knows no blocks."""
    return "\n\n".join(text for text in map(_text_of_block, blocks) if text)


def as_text_messages(message: Message) -> list[Message]:
    """The same content without a block: for a server that refuses the blocks of a message."""
    text = text_of(message.blocks) or message.text
    return [Message(piece) for piece in split_text(text, FALLBACK_TEXT)] or [message]


def _lay_out_one(reply: Reply) -> Laid:
    fitted = _Fitted()
    for block in _with_unplaced_images(reply):
        fitted.add(block)
    if not reply.blocks and not fitted.blocks and size(reply.text) <= SECTION_TEXT:
        return Laid((Message(reply.text),), reply.attachments)
    packed = _pack(fitted.blocks)
    files = reply.attachments + tuple(fitted.files)
    if len(packed) > MOST_MESSAGES:
        packed, whole = _overflow(packed, fitted.blocks)
        files += (whole,)
    first = shorten(reply.text, FALLBACK_TEXT) if reply.text.strip() else _fallback(packed[0])
    messages = [Message(first, tuple(packed[0]))] + [
        Message(_fallback(blocks), tuple(blocks)) for blocks in packed[1:]
    ]
    return Laid(tuple(messages), files)


def _with_unplaced_images(reply: Reply) -> list[Block]:
    """The reply's blocks (its text where it has none), and images no block places at the end."""
    blocks: list[Block] = list(reply.blocks)
    placed = {name for block in blocks if (name := attached_name(block))}
    images = [a for a in reply.attachments if a.alt_text and a.name not in placed]
    if not blocks and (images or size(reply.text) > SECTION_TEXT):
        blocks = [_section(reply.text)]
    return blocks + [
        {"type": "image", "slack_file": {"id": f"{ATTACHED}{image.name}"}, "alt_text": image.alt_text}
        for image in images
    ]


def attached_name(block: Block) -> str:
    """The attachment an image block places; empty for any other block."""
    file = block.get("slack_file")
    file_id = str(file.get("id", "")) if isinstance(file, Mapping) else ""
    return file_id.removeprefix(ATTACHED) if file_id.startswith(ATTACHED) else ""


class _Fitted:
    """Blocks that each keep their own limits, and files for what a block cannot hold."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.files: list[Attachment] = []

    def add(self, block: Block) -> None:
        kind = block.get("type")
        if kind == "table":
            self._add_table(block)
            return
        fit = _FITTERS.get(str(kind), _other)
        self.blocks.extend(_with_id(part, keep_id=n == 0) for n, part in enumerate(fit(block)))

    def _add_table(self, block: Block) -> None:
        rows = _rows(block)
        shown = [row[:TABLE_COLUMNS] for row in rows[:TABLE_ROWS]]
        while shown and sum(size(_cell_text(cell)) for row in shown for cell in row) > TABLE_CHARACTERS:
            shown.pop()
        if len(shown) == len(rows) and max(map(len, rows), default=0) <= TABLE_COLUMNS:
            self.blocks.append(_with_id(block, keep_id=True))
            return
        name = f"table-{len(self.files) + 1}.csv"
        self.files.append(Attachment(name, _csv(rows), "The whole table"))
        if len(shown) > 1:
            settings = block.get("column_settings")
            kept: dict[str, Json] = {**block, "rows": shown}
            if isinstance(settings, Sequence) and not isinstance(settings, str):
                kept["column_settings"] = settings[:TABLE_COLUMNS]
            self.blocks.append(_with_id(kept, keep_id=True))
        columns = max(map(len, rows))
        note = f"The table has {len(rows) - 1} rows and {columns} columns; all of it is in {name}."
        self.blocks.append({"type": "context", "elements": [{"type": "plain_text", "text": note}]})


def _with_id(block: Block, *, keep_id: bool) -> Block:
    block_id = block.get("block_id")
    if block_id is None or (keep_id and size(str(block_id)) <= ID):
        return block
    return {key: value for key, value in block.items() if key != "block_id"}


# --- one fitter a type: a block in, blocks within their limits out -------------------------------------------


def _fit_section(block: Block) -> list[Block]:
    text = _text(block.get("text"))
    kind = _text_type(block.get("text"))
    pieces = split_text(text, SECTION_TEXT)
    accessory = block.get("accessory")
    first: dict[str, Json] = {key: block[key] for key in ("block_id", "expand") if key in block}
    out: list[Block] = [
        {**(first if n == 0 else {}), "type": "section", "text": {"type": kind, "text": piece}}
        for n, piece in enumerate(pieces)
    ]
    fields: list[Json] = [_text_object(kind, piece) for kind, piece in _fields(block)]
    out.extend({"type": "section", "fields": group} for group in _groups(fields, FIELDS))
    if isinstance(accessory, Mapping):
        element, lost = _fit_element(accessory)
        if element is not None and out:
            out[0] = {**out[0], "accessory": element}
        elif element is not None and element.get("type") != "image":
            out.append({"type": "actions", "elements": [element]})
        out.extend(part for text in lost for part in _fit_section(_section(text)))
    return out


def _fields(block: Block) -> Iterator[tuple[str, str]]:
    for field in _list(block.get("fields")):
        for piece in split_text(_text(field), FIELD_TEXT):
            yield _text_type(field), piece


def _fit_header(block: Block) -> list[Block]:
    text = _text(block.get("text")).strip()
    if not text:
        return []
    if size(text) <= HEADER_TEXT:
        return [block]
    return [
        {"type": "section", "text": {"type": "plain_text", "text": part}} for part in split_text(text, SECTION_TEXT)
    ]


def _fit_context(block: Block) -> list[Block]:
    elements: list[Json] = []
    for element in _list(block.get("elements")):
        if isinstance(element, Mapping) and element.get("type") == "image":
            elements.append(_fit_alt(element))
        else:
            pieces = split_text(_text(element), CONTEXT_TEXT)
            elements.extend(_text_object(_text_type(element), piece) for piece in pieces)
    return [{**block, "elements": group} for group in _groups(elements, CONTEXT_ELEMENTS)]


def _groups(items: Sequence[Json], most: int) -> Iterator[list[Json]]:
    """Items in groups that a block, and the message it goes into, can hold."""
    group: list[Json] = []
    for item in items:
        if group and (len(group) == most or _cost(group) + _cost(item) > MESSAGE_CHARACTERS):
            yield group
            group = []
        group.append(item)
    if group:
        yield group


def _fit_actions(block: Block) -> list[Block]:
    """Elements in rows of 25 at most; an id is used once a row; labels too long to show are written out above."""
    rows: list[list[Json]] = [[]]
    above: list[str] = []
    for element in _list(block.get("elements")):
        if not isinstance(element, Mapping):
            continue
        fitted, lost = _fit_element(element)
        above.extend(lost)
        if fitted is None:
            continue
        used = {str(other.get("action_id")) for other in rows[-1] if isinstance(other, Mapping)}
        if "action_id" in fitted and str(fitted["action_id"]) in used:
            rows.append([])
        rows[-1].append(fitted)
    notes: list[Block] = [block for text in above for block in _fit_section(_section(text))]
    return notes + [{**block, "elements": group} for row in rows for group in _groups(row, ACTION_ELEMENTS)]


def _fit_element(element: Block) -> "tuple[Block | None, list[str]]":
    """An interactive element within its limits (None where it cannot be), and text it can no longer show."""
    if element.get("type") == "image":
        return _fit_alt(element), []
    label = _text(element.get("text"))
    if size(str(element.get("action_id", ""))) > ID or size(str(element.get("url", ""))) > URL:
        return None, [label] if label else []
    if size(str(element.get("value", ""))) > BUTTON_VALUE:  # a value cut short would be another value
        return None, [label] if label else []
    fitted: dict[str, Json] = dict(element)
    lost: list[str] = []
    if size(label) > BUTTON_TEXT:
        lost.append(label)
        fitted["text"] = {"type": "plain_text", "text": _label(label, BUTTON_TEXT)}
    if isinstance(element.get("placeholder"), Mapping):
        fitted["placeholder"] = {"type": "plain_text", "text": _label(_text(element["placeholder"]), 150)}
    if "options" in element:
        most = OVERFLOW_OPTIONS if element.get("type") == "overflow" else OPTIONS
        options = _list(element["options"])
        fitted["options"] = [_fit_option(option) for option in options[:most]]
        lost.extend(_text(_get(option, "text")) for option in options[most:])
    if isinstance(element.get("confirm"), Mapping):
        fitted["confirm"] = _fit_confirm(element["confirm"])
    return fitted, [text for text in lost if text]


def _fit_option(option: Json) -> Json:
    if not isinstance(option, Mapping):
        return option
    return {
        **option,
        "text": _text_object(_text_type(option.get("text")), _label(_text(option.get("text")), BUTTON_TEXT)),
    }


def _fit_confirm(confirm: Json) -> dict[str, Json]:
    fitted: dict[str, Json] = dict(confirm) if isinstance(confirm, Mapping) else {}
    for key, limit in (("title", 100), ("text", 300), ("confirm", 30), ("deny", 30)):
        if key in fitted:
            fitted[key] = _text_object(_text_type(fitted[key]), shorten(_text(fitted[key]), limit))
    return fitted


def _fit_markdown(block: Block) -> list[Block]:
    return [{**block, "text": piece} for piece in split_text(_text(block.get("text")), MARKDOWN_TEXT)]


def _fit_image(block: Block) -> list[Block]:
    title, alt = _text(block.get("title")), _alt(block)
    out: list[Block] = []
    fitted: dict[str, Json] = dict(_fit_alt(block))
    if size(title) > TITLE_TEXT:
        fitted.pop("title")
        out.extend(_fit_section(_section(title)))
    if size(str(block.get("image_url", ""))) > URL:
        return [*out, *_fit_section(_section(alt))]
    out.append(fitted)
    return out if fitted["alt_text"] == alt else [*out, *_fit_section(_section(alt))]


def _fit_alt(image: Block) -> Block:
    return {**image, "alt_text": shorten(_alt(image), ALT_TEXT)}


def _alt(image: Block) -> str:
    return str(image.get("alt_text") or _text(image.get("title")) or "Image")


def _other(block: Block) -> list[Block]:
    """A type without limits of its own here (divider, rich_text, ...); one too big for a message is shown as text."""
    if _cost(block) <= MESSAGE_CHARACTERS:
        return [block]
    return [
        {"type": "section", "text": {"type": "plain_text", "text": piece}}
        for piece in split_text(_text_of_block(block), SECTION_TEXT)
    ]


_FITTERS: Mapping[str, Callable[[Block], list[Block]]] = {
    "section": _fit_section,
    "header": _fit_header,
    "context": _fit_context,
    "actions": _fit_actions,
    "markdown": _fit_markdown,
    "image": _fit_image,
    "context_actions": lambda block: [block],
}


# --- from blocks to messages ----------------------------------------------------------------------------------


def _pack(blocks: Sequence[Block]) -> list[list[Block]]:
    """Blocks in order, as many a message as its limits take; a header moves on with what it heads."""
    messages: list[list[Block]] = []
    current: list[Block] = []
    for block in blocks:
        if current and not _takes(current, block):
            moved = [current.pop()] if current[-1].get("type") == "header" and len(current) > 1 else []
            messages.append(current)
            current = moved
        current.append(_unique_id(current, block))
    return [*messages, current]


def _takes(current: Sequence[Block], block: Block) -> bool:
    if len(current) >= MESSAGE_BLOCKS or sum(map(_cost, current)) + _cost(block) > MESSAGE_CHARACTERS:
        return False
    return not (block.get("type") == "table" and any(other.get("type") == "table" for other in current))


def _unique_id(current: Sequence[Block], block: Block) -> Block:
    taken = {other["block_id"] for other in current if "block_id" in other}
    return _with_id(block, keep_id=block.get("block_id") not in taken)


def _cost(value: Json) -> int:
    """Characters of all texts, values, ids and addresses in it."""
    if isinstance(value, str):
        return size(value)
    if isinstance(value, Mapping):
        return sum(_cost(inner) for key, inner in value.items() if key != "type")
    if isinstance(value, Sequence):
        return sum(map(_cost, value))
    return 0


def _overflow(packed: list[list[Block]], blocks: Sequence[Block]) -> tuple[list[list[Block]], Attachment]:
    """The first messages, a note, and what is not text of the rest; the text of all of it as a file."""
    whole = Attachment("answer.md", text_of(blocks).encode(), "The whole answer")
    shown, rest = packed[: MOST_MESSAGES - 1], packed[MOST_MESSAGES - 1 :]
    note = f"This answer is longer than a thread should hold: all of it is in {whole.name}."
    kept = [block for part in rest for block in part if block.get("type") in ("image", "actions")]
    return [*shown, *_pack([_section(note), *kept])], whole


def _fallback(blocks: Sequence[Block]) -> str:
    return shorten(text_of(blocks), FALLBACK_TEXT) or ELLIPSIS


# --- reading blocks -------------------------------------------------------------------------------------------


def _text_of_block(block: Block) -> str:
    match block.get("type"):
        case "divider" | "context_actions":
            return ""
        case "table":
            return "\n".join(" | ".join(map(_cell_text, row)) for row in _rows(block))
        case "image":
            return "\n".join(filter(None, [_text(block.get("title")), str(block.get("alt_text", ""))]))
        case "actions":
            return " · ".join(
                filter(None, (_text(_get(element, "text")) for element in _list(block.get("elements"))))
            )
        case "section" | "context" | "header" | "markdown":
            parts = [block.get("text"), *_list(block.get("fields")), *_list(block.get("elements"))]
            return "\n".join(filter(None, map(_text, parts)))
        case _:
            return _cell_text(block)


def _text(value: Json) -> str:
    """The text of a text object, or of a plain string."""
    if isinstance(value, Mapping):
        return _text(value.get("text"))
    return value if isinstance(value, str) else ""


def _text_type(value: Json) -> str:
    kind = value.get("type") if isinstance(value, Mapping) else None
    return kind if kind in ("mrkdwn", "plain_text") and isinstance(kind, str) else "mrkdwn"


def _text_object(kind: str, text: str) -> dict[str, Json]:
    return {"type": kind, "text": text}


def _section(text: str) -> dict[str, Json]:
    return {"type": "section", "text": _text_object("mrkdwn", text)}


def _label(text: str, limit: int) -> str:
    return text if size(text) <= limit else split_text(text, limit - 1)[0] + ELLIPSIS


def _get(value: Json, key: str) -> Json:
    return value.get(key) if isinstance(value, Mapping) else None


def _list(value: Json) -> list[Json]:
    return list(value) if isinstance(value, Sequence) and not isinstance(value, str) else []


def _rows(table: Block) -> list[list[Json]]:
    return [_list(row) for row in _list(table.get("rows"))]


def _cell_text(value: Json) -> str:
    """Every piece of text inside rich text or a table's cell, in order."""
    if isinstance(value, Mapping):
        own = value.get("text")
        inner = [_cell_text(part) for part in (value.get("elements"), None if isinstance(own, str) else own)]
        return (own if isinstance(own, str) else "") + "".join(inner)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "".join(map(_cell_text, value))
    return ""


def _csv(rows: Sequence[Sequence[Json]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([[_cell_text(cell) for cell in row] for row in rows])
    return out.getvalue().encode()


def renamed(laid: Laid, taken: Mapping[str, str]) -> Laid:
    """Image blocks with the ids of the uploaded files, `taken` being attachment name to file id."""
    return replace(laid, messages=tuple(_renamed(message, taken) for message in laid.messages))


def _renamed(message: Message, taken: Mapping[str, str]) -> Message:
    blocks = []
    for block in message.blocks:
        name = attached_name(block)
        if not name:
            blocks.append(block)
        elif name in taken:
            blocks.append({**block, "slack_file": {"id": taken[name]}})
        else:
            blocks.append(_missing(block))
    return replace(message, blocks=tuple(blocks))


def _missing(block: Block) -> Block:
    note = shorten(
        f"Chart not shown, files cannot be uploaded here. It shows: {block.get('alt_text', '')}", CONTEXT_TEXT
    )
    return {"type": "context", "elements": [{"type": "plain_text", "text": note}]}
