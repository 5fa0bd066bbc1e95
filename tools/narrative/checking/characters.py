"""Characters that can hide or change a figure: found, named, and replaced so that reading can go on."""

import unicodedata

from tools.narrative.checking.finding import Finding

_HARMLESS = frozenset("–—‘’“”…•·×→≥≤≈€£¥₹°§©®™✓✔✗✘▲▼■●◆★☆\u00a0\u202f\u2009\u2013\u2014")
_MINUS = frozenset("\u2212\u2796\ufe63\uff0d\u2010\u2011\u2012")


def examine(text: str) -> tuple[str, list[Finding]]:
    """The text with suspicious characters made plain, and a finding for each kind of them. Length may change."""
    if text.isascii():
        return (text, []) if "\x00" not in text and "\x1b" not in text else _replace(text)
    return _replace(text)


def _replace(text: str) -> tuple[str, list[Finding]]:
    found: dict[str, Finding] = {}
    pieces: list[str] = []
    for position, character in enumerate(text):
        plain, reason = _judge(character, text, position)
        pieces.append(plain)
        if reason and reason not in found:
            span = text[max(0, position - 12) : position + 12].strip()
            found[reason] = Finding("characters", span, reason)
    return "".join(pieces), list(found.values())


def _judge(character: str, text: str, position: int) -> tuple[str, str]:
    if character in _HARMLESS or (character.isascii() and character not in "\x00\x1b"):
        return (" " if character in "\u00a0\u202f\u2009" else character), _en_dash_as_minus(character, text, position)
    code = f"U+{ord(character):04X}"
    if character in _MINUS:
        return "-", f"A look-alike of the minus sign ({code}) stands before or within a figure; write '-'."
    category = unicodedata.category(character)
    if category in ("Cf", "Cc", "Cn", "Co", "Zl", "Zp"):
        return _joiner(character, text, position, code)
    if category in ("Nd", "No", "Nl"):
        return unicodedata.normalize(
            "NFKC", character
        ), f"A digit that is not ASCII ({code}) can pass for another figure."
    plain = unicodedata.normalize("NFKC", character)
    if plain != character and plain.isascii() and category != "Zs":
        return plain, f"A look-alike character ({code}) stands for '{plain}'."
    if character in "٪﹪‰‱":
        return "%", f"A look-alike of the percent sign ({code}); write '%'."
    if character.isalpha() and not _latin(character) and _beside_latin(text, position):
        return character, f"A letter of another script ({code}) is mixed into a word."
    return character, ""


def _joiner(character: str, text: str, position: int, code: str) -> tuple[str, str]:
    """Emoji are joined and styled by invisible characters; anywhere else those can split a figure or a word."""
    before = text[position - 1] if position else " "
    if character in "\u200d\ufe0f" and unicodedata.category(before) == "So":
        return "", ""
    return "", f"An invisible character ({code}) is hidden in the text."


def _en_dash_as_minus(character: str, text: str, position: int) -> str:
    """A dash straight before a digit, with no word or digit before it, reads as a minus."""
    if character not in "–—" or not text[position + 1 : position + 2].isdigit():
        return ""
    before = text[position - 1] if position else " "
    return "" if before.isalnum() or before in "%)" else "A dash stands where a minus sign would; write '-'."


def _latin(character: str) -> bool:
    return "LATIN" in unicodedata.name(character, "") or ord(character) < 0x250


def _beside_latin(text: str, position: int) -> bool:
    near = text[max(0, position - 1) : position] + text[position + 1 : position + 2]
    return any(letter.isalnum() and letter.isascii() for letter in near)
