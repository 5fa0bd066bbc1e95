"""What a caller would rather have (`Accept`) and what they have already (`If-None-Match`), by RFC 9110."""

from collections.abc import Sequence


def preferred(accept: str, offered: Sequence[str]) -> str | None:
    """The media type of `offered` that `accept` likes best, the first of equals; None where it takes none of them."""
    ranges = [_range(item) for item in accept.split(",") if item.strip()]
    if not ranges:
        return offered[0]
    best = max(offered, key=lambda kind: _liking(kind, ranges))
    return best if _liking(best, ranges) > 0 else None


def matches(if_none_match: str, tag: str) -> bool:
    """Whether the caller's copy with one of these tags is the one with `tag` (given without quotes)."""
    tags = [item.strip().removeprefix("W/").strip('"') for item in if_none_match.split(",")]
    return "*" in tags or tag in tags


def _range(item: str) -> tuple[str, float]:
    kind, *parameters = (part.strip().lower() for part in item.split(";"))
    quality = next((text[2:] for text in parameters if text.startswith("q=")), "1")
    try:
        return kind, min(max(float(quality), 0.0), 1.0)
    except ValueError:
        return kind, 1.0


def _liking(kind: str, ranges: Sequence[tuple[str, float]]) -> float:
    """The quality of the most specific range that covers the type; 0 where none does."""
    family = kind.partition("/")[0] + "/*"
    for wanted in (kind, family, "*/*"):
        given = [quality for name, quality in ranges if name == wanted]
        if given:
            return given[0]
    return 0.0
