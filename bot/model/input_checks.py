"""What is done to a prompt before it leaves: secrets and personal data taken out, injection noticed.

Only `user` messages hold what people, tools and files wrote; instructions come from approved prompts.
"""

import re
from functools import cache
from typing import Final

from glin_profanity.scanners import PromptInjectionScanner, ScanDecision

from tools.redact import MASK, redact

_EMAIL: Final = re.compile(r"\b[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}\b")
_PHONE: Final = re.compile(r"(?<![\w.+-])\+[1-9]\d{0,2}[ ().-]{1,2}\d(?:[ ().-]{0,2}\d){5,12}(?![\w.])")
_CARD: Final = re.compile(r"(?<![\w.,-])\d(?:[ -]?\d){12,18}(?![\w]|[.,]\d)")
_IBAN: Final = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
_SOCIAL_SECURITY: Final = re.compile(r"(?<![\w.-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-])")


def without_secrets(text: str) -> str:
    """The text without secrets and personal data; figures, dates and symbols stay."""
    text = _EMAIL.sub(MASK, redact(text))
    text = _IBAN.sub(lambda found: MASK if _is_iban(found[0]) else found[0], text)
    text = _CARD.sub(lambda found: MASK if _is_card(found[0]) else found[0], text)
    return _SOCIAL_SECURITY.sub(MASK, _PHONE.sub(MASK, text))


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
