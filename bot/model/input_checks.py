"""What is done to a prompt before it leaves: secrets and personal data taken out, injection noticed.

Only `user` messages hold what people, tools and files wrote; instructions come from approved prompts.
"""

import re
from functools import cache
from typing import Final

import phonenumbers
from glin_profanity.scanners import PromptInjectionScanner, ScanDecision

from tools.redact import MASK, redact

_EMAIL: Final = re.compile(r"\b[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}\b")
_PHONE: Final = re.compile(r"(?<![\w.,+%$€£-])(?!\d{4}-\d\d-\d\d)(?:\+|\(?\d)[\d ().-]{5,20}\d(?![\w%:]|[.,]\d)")
_CALLED: Final = re.compile(r"\b(?:call|ring|dial|text)\b[^\d\n]{0,20}$", re.IGNORECASE)
_SAID_TO_BE: Final = re.compile(
    r"\b(?:tel|phone|telephone|mob|mobile|cell|fax|whatsapp)\b[^\d\n]{0,20}$", re.IGNORECASE
)
_AT_HOME: Final = ("GB", "US")
"""Where a number without a country's prefix may be from."""
_CARD: Final = re.compile(r"(?<![\w.,-])\d(?:[ -]?\d){12,18}(?![\w]|[.,]\d)")
_IBAN: Final = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
_SOCIAL_SECURITY: Final = re.compile(r"(?<![\w.-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-])")


def without_secrets(text: str) -> str:
    """The text without secrets and personal data; figures, dates and symbols stay."""
    text = _EMAIL.sub(MASK, redact(text))
    text = _IBAN.sub(lambda found: MASK if _is_iban(found[0]) else found[0], text)
    text = _CARD.sub(lambda found: MASK if _is_card(found[0]) else found[0], text)
    text = _SOCIAL_SECURITY.sub(MASK, text)
    return _PHONE.sub(lambda found: MASK if _is_phone(found) else found[0], text)


def injection_signs(text: str) -> tuple[str, ...]:
    """Kinds of attempts to give the model orders that the text shows signs of. A heuristic: flagged, never refused.

    What keeps an order in a file from being obeyed is that it stands in a slot of data and that the answer is checked.
    """
    found = _scanner().scan(text[:50_000])
    if found.decision is ScanDecision.ALLOW:
        return ()
    return tuple(sorted({match.category for match in found.matches}))


@cache
def _scanner() -> PromptInjectionScanner:
    return PromptInjectionScanner()


def _is_phone(found: re.Match[str]) -> bool:
    """Whether it is a number that a country gives out, written as one: grouped, with a prefix, or said to be one."""
    written = found[0]
    before = found.string[max(0, found.start() - 40) : found.start()]
    if _SAID_TO_BE.search(before):
        return True
    grouped = re.search(r"^0\d+ \d|\d[ .-]+\d+[ .-]+\d", written) or written.startswith(("+", "00", "("))
    if not grouped and not _CALLED.search(before):
        return False
    if written.startswith("00"):
        written = "+" + written[2:]
    return any(_is_given_out(written, region) for region in _AT_HOME)


def _is_given_out(written: str, region: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(written, region))
    except phonenumbers.NumberParseException:
        return False


def _is_card(text: str) -> bool:
    """Luhn's check digit; a run of one digit is no card."""
    digits = [int(character) for character in text if character.isdigit()]
    doubled = [
        digit if place % 2 == 0 else sum(divmod(digit * 2, 10)) for place, digit in enumerate(reversed(digits))
    ]
    return len(set(digits)) > 1 and sum(doubled) % 10 == 0


def _is_iban(text: str) -> bool:
    """ISO 7064: the rearranged number is 1 modulo 97."""
    compact = text.replace(" ", "")
    rearranged = compact[4:] + compact[:4]
    return 15 <= len(compact) <= 34 and int("".join(str(int(character, 36)) for character in rearranged)) % 97 == 1
