"""Cutting text where a reader would: paragraphs, list items and lines, sentences, words; never a link or a mention.

Fenced code and Markdown tables stay whole where they fit; where not, every piece is fenced, or headed, again.
Sizes are counted in UTF-16 units, the most any server counts a character for.
"""

import re
from collections.abc import Callable, Iterator, Sequence

ELLIPSIS = "…"

_FENCED = re.compile(r"(^|(?<=\n))```.*?(?:\n?```[ \t]*(?:\n|$)|$)", re.DOTALL)
_PARAGRAPH = re.compile(r".*?(?:\n[ \t]*\n\s*|$)", re.DOTALL)
_TABLE = re.compile(r"\|.*\|[ \t]*\n\|[ \t:|-]+\|[ \t]*(?:\n|$)")
_ITEM = re.compile(r"[ \t]*(?:[-*•◦▪–]|\d{1,3}[.)]|#{1,6}|>|&gt;)[ \t]")
_SENTENCE_END = re.compile(r"[.!?…]+[\"'”’»)\]*_~]*\s+")
_ENDING = re.compile(r"[.!?…][\"'”’»)\]*_~]*$|```$")
_OPENS_SENTENCE = re.compile(r"[\"'“‘«(\[*_~<•-]*[A-Z0-9À-ÖØ-Þ<:&]")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:e\.g|i\.e|vs|cf|approx|no|nos|fig|mr|mrs|ms|dr|st|inc|u\.s|p\.a)\.\s+$", re.I
)
_WORD = re.compile(r"(?:<[^<>\n]*>|\S)+\s*|\s+")


def escape(text: str) -> str:
    """Text of people or systems made safe inside Slack's markup: it can no longer mention, link or ping anybody."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def size(text: str) -> int:
    """Length in UTF-16 units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def split_text(text: str, limit: int) -> list[str]:
    """The text in pieces of at most `limit`, cut at the best places there are; only white space is lost between them."""
    pieces = _pieces(text, limit, _LEVELS)
    return [piece for piece in (piece.strip("\n").rstrip() for piece in pieces) if piece.strip()]


def shorten(text: str, limit: int) -> str:
    """At most `limit`: whole sentences where one fits, else whole words and an ellipsis."""
    if size(text) <= limit:
        return text
    first = split_text(text, limit)[0]
    if _ends_sentence(first):
        return first
    return split_text(text, limit - 1)[0].rstrip(" ,;:") + ELLIPSIS


def _ends_sentence(text: str) -> bool:
    return bool(_ENDING.search(text[-20:]))


Splitter = Callable[[str], Iterator[str]]


def _pieces(text: str, limit: int, levels: Sequence[Splitter]) -> list[str]:
    """Greedy: as many whole units a piece as fit; a unit that is itself too long is cut at the next finer level."""
    if size(text.rstrip()) <= limit:
        return [text]
    if not levels:
        return _cut(text, limit)
    pieces: list[str] = []
    current, held = "", 0
    for unit in levels[0](text):
        if held + size(unit.rstrip()) <= limit:
            current, held = current + unit, held + size(unit)
            continue
        rewrapped = _rewrap(unit, limit) if size(unit.rstrip()) > limit else None
        finer = rewrapped if rewrapped is not None else _pieces(unit, limit, levels[1:])
        # a long unit starts where the piece before it ends, if its first part fits there
        if len(finer) > 1 and rewrapped is None and held + size(finer[0].rstrip()) <= limit:
            finer[0] = current + finer[0]
        else:
            pieces.append(current)
        pieces.extend(finer[:-1])
        current, held = finer[-1], size(finer[-1])
    return [piece for piece in [*pieces, current] if piece]


def _blocks(text: str) -> Iterator[str]:
    """Fences whole, paragraphs between them."""
    start = 0
    for fence in _FENCED.finditer(text):
        yield from _paragraphs(text[start : fence.start()])
        yield fence.group()
        start = fence.end()
    yield from _paragraphs(text[start:])


def _paragraphs(text: str) -> Iterator[str]:
    return (match.group() for match in _PARAGRAPH.finditer(text) if match.group())


def _lines(text: str) -> Iterator[str]:
    """Lines, joined where a line break is only a wrapped sentence."""
    current = ""
    for line in text.splitlines(keepends=True):
        if current and (
            _ITEM.match(line) or _ends_sentence(current.rstrip()) or current.rstrip().endswith((":", "|"))
        ):
            yield current
            current = ""
        current += line
    if current:
        yield current


def _sentences(text: str) -> Iterator[str]:
    start = 0
    for end in _SENTENCE_END.finditer(text):
        if _OPENS_SENTENCE.match(text[end.end() :][:8]) and not _ABBREVIATION.search(
            text[max(start, end.end() - 12) : end.end()]
        ):
            yield text[start : end.end()]
            start = end.end()
    if start < len(text):
        yield text[start:]


def _any_lines(text: str) -> Iterator[str]:
    return iter(text.splitlines(keepends=True))


def _words(text: str) -> Iterator[str]:
    return (match.group() for match in _WORD.finditer(text))


_LEVELS: tuple[Splitter, ...] = (_blocks, _lines, _sentences, _any_lines, _words)


def _rewrap(unit: str, limit: int) -> list[str] | None:
    """A fence or table too long for one piece, each piece fenced or headed again; None for prose."""
    if unit.startswith("```"):
        return _split_fence(unit, limit)
    if _TABLE.match(unit):
        return _split_table(unit, limit)
    return None


def _split_fence(unit: str, limit: int) -> list[str]:
    first, _, rest = unit.partition("\n")
    language = first[3:].strip() if re.fullmatch(r"```\w*\s*", first) else ""
    body = rest if language or first.strip() == "```" else unit.strip()[3:]
    body = body.rstrip().removesuffix("```").rstrip("\n")
    opening = f"```{language}\n"
    room = limit - size(opening) - size("\n```\n")
    if room < 1:
        return _pieces(unit, limit, (_any_lines, _words))
    return [f"{opening}{piece.rstrip(chr(10))}\n```\n" for piece in _pieces(body, room, (_any_lines, _words))]


def _split_table(unit: str, limit: int) -> list[str]:
    rows = unit.splitlines(keepends=True)
    head = "".join(rows[:2])
    room = limit - size(head)
    if room < max(size(row) for row in rows[2:] or [""]):
        return _pieces(unit, limit, (_any_lines, _words))
    return [head + piece for piece in _pieces("".join(rows[2:]), room, (_any_lines,))]


def _cut(text: str, limit: int) -> list[str]:
    """One word longer than a piece: cut anywhere but inside an entity such as `&amp;`."""
    pieces = []
    while size(text) > limit:
        end = limit
        while (over := size(text[:end]) - limit) > 0:
            end -= max(1, over // 2)
        entity = re.search(r"&[a-z]{0,4}$", text[:end])
        if entity and entity.start() > 0 and re.match(r"[a-z]*;", text[end:]):
            end = entity.start()
        pieces.append(text[:end])
        text = text[end:]
    return [*pieces, text] if text else pieces
