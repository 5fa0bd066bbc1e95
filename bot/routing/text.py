"""A Slack message as plain words: mentions, emoji, markup and invisible characters are taken away.

What is said in it stays data. Nothing here, or anywhere in routing, acts on a text beyond naming an intent.
"""

import re
import unicodedata

MOST_CHARACTERS = 4000
"""Longer texts are cut for routing only; the handler still gets the whole of it."""

_CHANNEL = re.compile(r"<#([CG][A-Z0-9]+)(?:\|[^>]*)?>")
_MENTION = re.compile(r"<[@!][^>]*>|(?<![\w.])@deskhand\b", re.IGNORECASE)
_LINK = re.compile(r"<((?:https?|mailto):[^>|]+)(?:\|([^>]*))?>")
_BARE_LINK = re.compile(r"\b(?:https?://|www\.)\S+")
_EMOJI_NAME = re.compile(r":[a-z][a-z0-9_+-]*(?:::[a-z0-9-]+)?:")
_WAVE = re.compile(r":wave:(?::skin-tone-\d:)?|👋")
_MARKUP = re.compile(r"[*`~]|(?<!\w)_|_(?!\w)")
_QUOTES = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": " - ", "…": "...", "\u00a0": " "})
_VULGAR = {"&amp;": "&", "&lt;": "<", "&gt;": ">"}
_SPACE = re.compile(r"\s+")


def plain(text: str) -> str:
    """The words of a message, case kept, on one line; a channel stays as `#C0123`."""
    words = _CHANNEL.sub(r" #\1 ", text[:MOST_CHARACTERS])
    words = _LINK.sub(lambda match: f" {match[2] or match[1]} ", words)
    words = _BARE_LINK.sub(" link ", words)
    words = _MENTION.sub(" ", words)
    for escaped, character in _VULGAR.items():
        words = words.replace(escaped, character)
    words = unicodedata.normalize("NFKC", words.translate(_QUOTES)).translate(_QUOTES)
    words = _WAVE.sub(" hi ", words)
    words = _EMOJI_NAME.sub(" ", words)
    words = _MARKUP.sub(" ", words)
    return _SPACE.sub(" ", "".join(map(_visible, words))).strip()


def _visible(character: str) -> str:
    """Emoji and other symbols become spaces; zero-width and control characters vanish."""
    if character < "\u0080":
        return character if character >= " " else " "
    category = unicodedata.category(character)
    if category in ("Cf", "Cc", "Mn", "Me"):
        return ""
    return " " if category in ("So", "Sk", "Cs", "Co", "Cn") else character


def is_mention_only(text: str) -> bool:
    """Whether somebody just called: a mention and nothing else, not even an emoji."""
    return _MENTION.search(text) is not None and not _MENTION.sub("", text).strip()
