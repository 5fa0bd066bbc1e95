"""Truthful texts as people write them, filled from the facts of any run, with the figures of each text known.

A line of `voices.txt` is a text with slots `<id|form>` and, in brackets, what must hold of the facts for it to be true.
Every second line is held out from any work on the checker.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from tools.narrative.facts import Fact

_SLOT = re.compile(r"<([^|<>]+)\|(\w+)>|<(name)>")
_CONDITION = re.compile(r"\[((?:[^\[\]]|\['[^']*'\])*\b[vt]\(.*)\]\s*$|^\[((?:[^\[\]])*\b[vt]\(.*?)\]\s")
_WORDS = "no one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty".split()  # fmt: skip
_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£"}


class Unfit(Exception):
    """The facts lack a figure, or the form would round it unfairly."""


@dataclass(frozen=True)
class Voice:
    """A line of the file."""

    text: str
    condition: str


@dataclass(frozen=True)
class Said:
    """A stretch of a filled text: words, or a figure with the fact (or the two facts) it states."""

    text: str
    ids: tuple[str, ...] = ()
    form: str = ""


@lru_cache(maxsize=2)
def voices(file: str = "voices.txt") -> tuple[Voice, ...]:
    """All lines of a file in order."""
    lines = (Path(__file__).parent / file).read_text(encoding="utf-8").splitlines()
    found = []
    for line in lines:
        if not line or line.startswith("#"):
            continue
        match = _CONDITION.search(line)
        condition = (match[1] or match[2]) if match else ""
        text = (line[: match.start()] + line[match.end() :]).strip() if match else line
        found.append(Voice(text.replace("\\n", "\n"), condition))
    return tuple(found)


def fill(voice: Voice, facts: Mapping[str, Fact]) -> tuple[Said, ...]:
    """The text over these facts; raises `Unfit` where it would not be true or fair of them."""
    if voice.condition and not _holds(voice.condition, facts):
        raise Unfit
    said: list[Said] = []
    end = 0
    for match in _SLOT.finditer(voice.text):
        said.append(Said(voice.text[end : match.start()]))
        said.append(_slot(match[1] or "run.name", match[2] or "text", facts))
        end = match.end()
    said.append(Said(voice.text[end:]))
    return tuple(piece for piece in said if piece.text)


def _holds(condition: str, facts: Mapping[str, Fact]) -> bool:
    def value(name: str) -> float:
        return _number(facts, name)

    def text(name: str) -> str:
        if name not in facts:
            raise Unfit
        return str(facts[name].value)

    try:
        return bool(eval(condition, {"__builtins__": {}}, {"v": value, "t": text, "abs": abs}))  # our own file
    except ZeroDivisionError:
        raise Unfit from None


def _number(facts: Mapping[str, Fact], name: str) -> float:
    fact = facts.get(name)
    if fact is None or isinstance(fact.value, str) or not math.isfinite(float(fact.value)):
        raise Unfit
    return float(fact.value)


def _slot(name: str, form: str, facts: Mapping[str, Fact]) -> Said:
    for sign, made in (("-", lambda a, b: a - b), ("/", lambda a, b: a / b)):
        first, separator, second = name.partition(sign)
        if separator:
            return Said(_FORMS[form](made(_number(facts, first), _number(facts, second)), ""), (first, second), form)
    if name not in facts:
        raise Unfit
    fact = facts[name]
    if form in _DATES:
        return Said(_DATES[form](_day(fact)), (name,), form)
    if form == "text":
        return Said(str(fact.value), (name,), form)
    currency = str(facts["run.currency"].value) if "run.currency" in facts else "USD"
    return Said(_FORMS[form](_number(facts, name), currency), (name,), form)


def _day(fact: Fact) -> date:
    text = str(fact.value) if fact.unit == "date" else str(fact.period or "")
    parts = [int(part) for part in re.findall(r"\d+", text.partition(" to ")[0])]
    if not parts or not re.match(r"\d{4}", text):
        raise Unfit
    return date(*[*parts, 1, 1][:3])


def _fair(value: float, factor: float, decimals: int) -> str:
    """Rounded, and refused where fewer than two figures would be left."""
    size = abs(value) * factor
    text = f"{size:,.{decimals}f}"
    if size and len(text.replace(",", "").replace(".", "").lstrip("0")) < 2 and not float(size).is_integer():
        raise Unfit
    return text


def _sign(value: float) -> str:
    return "-" if value < 0 else "+"


def _near(value: float, _: str) -> str:
    """ "just under 12%", "a little over 20%", "about 70%": by where the value lies."""
    percent = abs(value) * 100
    whole = round(percent)
    if whole < 10:
        raise Unfit
    if abs(percent - whole) < 0.02:
        return f"about {whole}%"
    return f"just under {whole}%" if percent < whole else f"a little over {whole}%"


def _yrs(value: float, _: str) -> str:
    years = value / 365.25
    if years < 1.5:
        if not 45 < value < 600:
            raise Unfit
        return f"about {_WORDS[round(value / 30.4375)]} months"
    whole = math.floor(years)
    if whole > 19:
        raise Unfit
    if years - whole > 0.8:
        return f"nearly {_WORDS[whole + 1]} years"
    if abs(years - whole - 0.5) < 0.08:
        return f"about {_WORDS[whole]} and a half years"
    return f"{years:.1f} years" if years - whole > 0.2 else f"just over {_WORDS[whole]} years"


def _money(value: float, currency: str, suffix: str = "", factor: float = 1.0) -> str:
    if abs(value) < 100 * max(factor, 1.0) or currency not in _SYMBOLS:
        raise Unfit
    return f"{_SYMBOLS[currency]}{abs(value) / factor:,.0f}{suffix}"


def _word(value: float, _: str) -> str:
    if not 2 <= value <= 20:
        raise Unfit
    return _WORDS[round(value)]


def _count(value: float, _: str) -> str:
    if not float(value).is_integer() or value < 2:
        raise Unfit
    return f"{value:,.0f}"


def _positive(form: Callable[[float, str], str]) -> Callable[[float, str], str]:
    """Written without its sign, which is right only where it has none, or the words carry it: drawdowns, losses."""
    return lambda value, currency: form(abs(value), currency)


_FORMS: dict[str, Callable[[float, str], str]] = {
    "p0": lambda v, c: _fair(v, 100, 0) + "%",
    "p1": lambda v, c: _fair(v, 100, 1) + "%",
    "pc1": lambda v, c: _fair(v, 100, 1) + " per cent",
    "s1": lambda v, c: _sign(v) + _fair(v, 100, 1) + "%",
    "s2": lambda v, c: _sign(v) + _fair(v, 100, 2) + "%",
    "r1": lambda v, c: ("-" if v < 0 else "") + _fair(v, 1, 1),
    "r2": lambda v, c: ("-" if v < 0 else "") + _fair(v, 1, 2),
    "x1": lambda v, c: _fair(v, 1, 1) + " times",
    "near": _near, "yrs": _yrs, "w": _word, "n": _count, "dn": _count,
    "years": lambda v, c: f"{_fair(v / 365.25, 1, 1)} years",
    "days": lambda v, c: _fair(v, 1, 0),
    "bps": lambda v, c: f"{round(v * 1e4)}" if abs(v * 1e4 - round(v * 1e4)) < 0.01 or v * 1e4 > 10 else _refuse(),
    "dbps": lambda v, c: f"{abs(v) * 1e4:.0f}" if abs(v) > 0.001 else _refuse(),
    "dpp": lambda v, c: _fair(v, 100, 1),
    "dr2": lambda v, c: _fair(v, 1, 2),
    "share": lambda v, c: _fair(v, 100, 0) + "%",
    "money": _money,
    "moneyk": lambda v, c: _money(v, c, "k", 1000.0),
}  # fmt: skip
_DATES: dict[str, Callable[[date], str]] = {
    "d": lambda d: f"{d.day} {d:%B %Y}",
    "us": lambda d: f"{d:%b} {d.day}, {d.year}",
    "m": lambda d: f"{d:%B %Y}",
    "iso": lambda d: d.isoformat(),
    "y": lambda d: str(d.year),
}


def _refuse() -> str:
    raise Unfit


_BY_SIGN = re.compile(r"drawdown|var_95|worst|year|stress|regime|down_capture|depth")


def texts(
    facts: Mapping[str, Fact], *, unread: bool | None = None, file: str = "voices.txt"
) -> Iterator[tuple[int, tuple[Said, ...]]]:
    """Every text that is true of these facts, with the number of its line; `unread` picks one half."""
    for number, voice in enumerate(voices(file)):
        if unread is not None and (number % 2 == 1) != unread:
            continue
        try:
            said = fill(voice, facts)
        except Unfit:
            continue
        if all(_fits(piece, facts) for piece in said):
            yield number, said


def _fits(piece: Said, facts: Mapping[str, Fact]) -> bool:
    """A figure written without its sign must be positive, unless it is a loss by name or by the words beside it."""
    if piece.form not in ("p0", "p1", "pc1", "near", "share") or len(piece.ids) != 1:
        return True
    return float(facts[piece.ids[0]].value) > 0 or _BY_SIGN.search(piece.ids[0]) is not None
