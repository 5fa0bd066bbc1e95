"""A message as the grammar sees it: words with their place in the text, then tokens of a kind and a value."""

from dataclasses import dataclass

from tools.strategies.timeframes import Timeframe

Value = str | float | int | tuple[float, ...] | None


@dataclass(frozen=True, slots=True)
class Word:
    """A word, number or sign as written (lower case). `number` is set where it is one."""

    text: str
    start: int
    end: int
    number: float | None = None
    glued: bool = False
    """Nothing stands between it and the word before: the 2 of `rsi2`."""


@dataclass(frozen=True, slots=True)
class Token:
    """What the grammar reads. `said` is the text it stands for, from `start` to `end` in the normalised message."""

    kind: str
    said: str
    start: int
    end: int
    value: Value = None


@dataclass(frozen=True, slots=True)
class Reading:
    """A normalised message: its text, its tokens, and what was corrected (written, read as).

    Lengths of time are counted in bars of `timeframe`; `clash` is one that cannot be.
    """

    text: str
    tokens: tuple[Token, ...]
    corrected: tuple[tuple[str, str], ...] = ()
    timeframe: Timeframe = "1d"
    clash: str = ""
