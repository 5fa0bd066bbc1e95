"""Names that came from outside, made safe to print: one line, no markup, and never an instruction."""

import re
import unicodedata

_INSTRUCTION = re.compile(
    r"\b(ignore|disregard|forget|override|bypass)\b.{0,40}\b(previous|prior|above|all|any|earlier|instructions?|rules?|facts?)\b"
    r"|\b(system|assistant|developer)\s*(prompt|message|:)|\byou (are|must|should|will)\b|\bas an ai\b"
    r"|\b(say|write|report|claim|state|print|output|recommend|approve)\b.{0,40}\b(that|proceed|sharpe|return|approved)\b"
    r"|<[^>]{0,80}>|\[/?inst\]|```|https?://",
    re.IGNORECASE,
)
_LONGEST = 120
WITHHELD = "(name withheld: it reads like an instruction)"


def reads_like_instruction(text: str) -> bool:
    """Whether a name, tag or note tries to tell a reader, or a model, what to do."""
    return _INSTRUCTION.search(unicodedata.normalize("NFKC", text).replace("_", " ")) is not None


def safe_name(text: str, longest: int = _LONGEST) -> str:
    """The name on one line, without control or invisible characters or markup; a placeholder for an instruction."""
    plain = "".join(
        character if unicodedata.category(character)[0] != "C" else " "
        for character in unicodedata.normalize("NFKC", text)
    )
    plain = " ".join(re.sub(r"[*_~`<>|\[\]]", " ", plain).split())
    if reads_like_instruction(text):
        return WITHHELD
    return plain if len(plain) <= longest else plain[: longest - 1].rstrip() + "…"
