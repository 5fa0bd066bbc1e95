"""Words that mean what is around them: `in` an order in "under 30 in, over 70 out", `trailing` a stop, `don't` a bar."""

from collections.abc import Sequence
from dataclasses import replace

from tools.strategies.language.kinds import OPERANDS, TERM_ENDS
from tools.strategies.language.tokens import Token

_ENDS = frozenset("COMMA SEMI DOT WHEN COLON BELOW ABOVE LE GE OVER EQ NEWLINE".split())
_THROUGH = {"RISE": "CROSSABOVE", "UP": "CROSSABOVE", "FALL": "CROSSBELOW", "DOWN": "CROSSBELOW"}
_STARTS = frozenset("COMMA SEMI DOT AND THEN NEWLINE".split())
_PLAYS = frozenset("GAP GAPUP GAPDOWN BREAKOUT MOMENTUM RANGE".split())
_OPEN = frozenset(
    "WHEN WHILE UNLESS AND OR NOT ABOVE BELOW OVER GE LE CROSS CROSSABOVE CROSSBELOW ON AT FOR WITH BY TO IN FROM".split()
)
"""A line that ends with one of these goes on in the next."""
_GOES_ON = frozenset("AND OR BUT ABOVE BELOW OVER GE LE".split())


def settled(tokens: list[Token]) -> list[Token]:
    """The tokens with the kinds that their neighbours give them."""
    for step in (_glued, _as, _lines, _only_long, _than, _barred, _in_and_out, _bought):
        tokens = step(tokens)
    return tokens


def _pairwise(tokens: Sequence[Token]) -> list[tuple[Token, str]]:
    return [(token, tokens[at + 1].kind if at + 1 < len(tokens) else "") for at, token in enumerate(tokens)]


def _glued(tokens: list[Token]) -> list[Token]:
    """A number at the end of an unknown name belongs to it: NR7."""
    out: list[Token] = []
    for token in tokens:
        if token.kind == "PER" and out and out[-1].kind == "UNKNOWN" and out[-1].end == token.start:
            out[-1] = replace(out[-1], said=out[-1].said + token.said, end=token.end)
        elif (
            token.kind == "UNKNOWN"
            and [one.kind for one in out[-2:]] == ["NUM", "DASH"]
            and out[-1].end == token.start
        ):
            out[-2:] = [replace(token, said=f"{out[-2].said}-{token.said}", start=out[-2].start)]
        else:
            out.append(token)
    return out


def _as(tokens: list[Token]) -> list[Token]:
    """ "As RSI drops" is when; "as a baseline" is not, nor is a "each time" that ends its clause."""
    out: list[Token] = []
    for token, following in _pairwise(tokens):
        idle = (
            following in _CLAUSE_ENDS or following in _ORDERS or (token.said == "as" and following not in _SUBJECTS)
        )
        if token.kind == "WHEN" and idle:
            continue
        out.append(token)
    return out


_ORDERS = frozenset("ENTER EXIT SHORT COVER HOLD".split())
_CLAUSE_ENDS = frozenset("COMMA SEMI DOT NEWLINE RP".split()) | {""}
_SUBJECTS = OPERANDS | frozenset("IT SYMBOL NUM LASTN TODAY LP ORDINAL".split()) - {"SIGNALLINE"}


def _lines(tokens: list[Token]) -> list[Token]:
    """A line's end ends a sentence, except where the line or the next one is left open."""
    out: list[Token] = []
    for token, following in _pairwise(tokens):
        if token.kind == "NEWLINE" and (following in _GOES_ON or (out and out[-1].kind in _OPEN)):
            continue
        out.append(token)
    return out


def _only_long(tokens: list[Token]) -> list[Token]:
    """ "long only when" is held only while; "long only" alone says that nothing is sold short."""
    out: list[Token] = []
    for token in tokens:
        before = out[-1] if out else None
        if before is not None and before.kind == "LONGONLY" and token.kind in {"WHEN", "WHILE"}:
            out[-1] = replace(before, kind="ENTER")
            token = replace(token, kind="WHILE")
        out.append(token)
    return out


def _than(tokens: list[Token]) -> list[Token]:
    """ "Closed lower than the day before" compares; "closed lower" is a day."""
    out: list[Token] = []
    for token, following in _pairwise(tokens):
        if token.kind in _DAYS and following == "THAN":
            out.append(replace(token, kind="CLOSE"))
            out.append(replace(token, kind=_DAYS[token.kind], start=token.end))
        elif token.kind in {"UP", "DOWN"} and following == "THAN":
            out.append(replace(token, kind="ABOVE" if token.kind == "UP" else "BELOW"))
        elif token.kind != "THAN":
            out.append(token)
    return out


_DAYS = {"UPDAY": "ABOVE", "DOWNDAY": "BELOW"}


def _barred(tokens: list[Token]) -> list[Token]:
    """ "Don't buy when ..." bars entries; "buy and hold 3 days" is an order and a time; "entry - ..." is a heading."""
    out: list[Token] = []
    for token, following in _pairwise(tokens):
        if token.kind == "BUYHOLD" and following in {"FOR", "NUM", "ARTICLE"}:
            out.append(replace(token, kind="ENTER"))
            token = replace(token, kind="HOLD", start=token.end)
        if (
            token.kind == "DASH"
            and len(out)
            and out[-1].kind in {"ENTER", "EXIT"}
            and following in {"NUM", *OPERANDS}
        ):
            token = replace(token, kind="COLON")
        if token.kind in {"ENTER", "HOLD"} and out and out[-1].kind == "NOT":
            token = Token("BAR", f"{out[-1].said} {token.said}", out[-1].start, token.end)
            out.pop()
        out.append(token)
    return out


def _in_and_out(tokens: list[Token]) -> list[Token]:
    """Words that are verbs only by what is around: "under 30 in, over 70 out", "a 10 % trailing", "a gap fade"."""
    out: list[Token] = []
    leaves = any(token.kind == "EXIT" and token.said == "out" for token in tokens)
    for at, token in enumerate(tokens):
        before = out[-1].kind if out else ""
        if token.said in {"through", "thru"} and before in _THROUGH:
            moved = out.pop()
            out.append(Token(_THROUGH[before], f"{moved.said} {token.said}", moved.start, token.end))
            continue
        following = tokens[at + 1].kind if at + 1 < len(tokens) else "DOT"
        if token.said == "just" and following in {"ENTER", "EXIT", "SHORT"}:
            continue
        out.append(replace(token, kind=_kind(token, before, following, leaves)))
    return out


def _kind(token: Token, before: str, following: str, leaves: bool) -> str:
    return _order_or_not(token, before, following, leaves) or _sign_or_not(token, before, following) or token.kind


def _order_or_not(token: Token, before: str, following: str, leaves: bool) -> str:
    """The kind of a word that is an order in some places and not in others; "" where it is none of these."""
    if token.said == "in" and leaves and (following in _ENDS or (before in _ENDS and following == "ON")):
        return "ENTER"
    if token.said == "close" and following == "WHEN" and before in _STARTS | {""}:
        return "EXIT"
    if token.kind == "BUYHOLD" and following in {"FOR", "UNTIL", "WHILE", "WHEN"}:
        return "ENTER"
    if token.said in _STANDING and following not in _ENDS | {"WHILE", ""}:
        return "UNKNOWN"
    return "REVERSION" if token.said == "fade" and before in _PLAYS else ""


def _sign_or_not(token: Token, before: str, following: str) -> str:
    """The same for words that are a limit, a sign or a line in some places."""
    if token.said == "trailing" and token.kind == "LASTN" and following not in {"NUM", "UNIT", "DAYWORD", "ORDINAL"}:
        return "TRAILING"
    if token.said == "line" and before in {"UNIT", "DAYWORD", "NUM"}:
        return "LINE"
    if token.said == "plus" and before in TERM_ENDS and following in {"NUM", "ATR", "TWICE", "LP", "HALFOF", "IND"}:
        return "PLUS"
    if token.kind == "BEFORE" and before in {"HIGH", "LOW", "RANGE"} and following not in {"ENTER", "EXIT"}:
        return "YESTERDAY"
    return "LOWER" if token.said == "lower" and before in {"DASH", "PLUS", "SLASH"} else ""


def _bought(tokens: list[Token]) -> list[Token]:
    """ "by spy" is a slip of "buy SPY"."""
    return [
        replace(token, kind="ENTER") if token.kind == "BY" and following == "SYMBOL" else token
        for token, following in _pairwise(tokens)
    ]


_STANDING = frozenset(
    {"i'm in", "im in", "we're in", "we are in", "i'm out", "im out", "i am out", "we're out", "we are out"}
)
"""Orders at the end of a clause ("under 30 I'm in"), and where somebody is elsewhere ("I'm in the car")."""
