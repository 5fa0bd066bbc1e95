"""Whether a specification says what was asked: every number and name said is used as it was said, and nothing else is.

It reads the request's tokens and the specification afresh and knows nothing of whoever drafted it. A number keeps the
role it was said in: a threshold after "below", a length of time with its unit, a share in percent. What is not said
may only be a declared default.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tools.strategies import conditions as c
from tools.strategies import indicators
from tools.strategies.conditions import Condition, walk
from tools.strategies.language.tokens import Token
from tools.strategies.language.words import USUAL
from tools.strategies.spec import Specification
from tools.strategies.templates import Rules, Templates

_COMPARES = frozenset("ABOVE BELOW OVER MORETHAN GE LE EQ CROSSABOVE CROSSBELOW".split())
_LENGTHS = frozenset("DUR INDUR LASTDUR INLASTDUR FORDUR AFTERDUR AGODUR MAXDUR PER".split())
_SHARES = frozenset("PCT NEGPCT PLUSPCT".split())
_LEAVES = frozenset(
    "EXIT COVER UNTIL WHILE OTHERWISE REVERSE HOLD GOLDENCROSS DONCHIAN TURTLE RSIREV MACDCROSS BOLLREV".split()
)
_AVERAGES = frozenset("SMA EMA WMA DEMA TEMA KAMA HMA".split())
_NAMED = {"RSI_": "RSI", "MACDLINE": "MACD", "ATR": "ATR", "BOLL": "BBANDS", "EMA": "EMA"}
_LIMITS = {
    "stop_loss": ({"STOP"}, "a stop"),
    "trailing_stop": ({"TRAILING", "PEAK"}, "a trailing stop"),
    "take_profit": ({"TARGET", "PROFIT", "RISE", "UP"}, "a target"),
    "atr_stop": ({"ATR", "TRAILING"}, "an ATR stop"),
}


@dataclass(frozen=True, slots=True)
class _Numbers:
    """Sorted by role: lengths in bars, shares as fractions, plain numbers as thresholds."""

    lengths: Counter[float]
    shares: Counter[float]
    levels: Counter[float]


def unfaithful(tokens: Sequence[Token], specification: Specification, templates: Templates) -> tuple[str, ...]:
    """A sentence for each thing that was said and is not there, or is there and was not said; empty where it is as asked."""
    rules = templates.expand(specification)
    conditions = tuple(_conditions(rules))
    found: dict[str, None] = {}
    for sentence in (
        *_numbers_differ(tokens, specification, conditions),
        *_names_differ(tokens, specification, conditions),
        *_exit_invented(tokens, rules),
        *_limits_invented(tokens, specification),
        *_turned_round(tokens, conditions),
        *_sides_differ(tokens, specification),
    ):
        found[sentence] = None
    return tuple(found)


def _conditions(rules: Rules) -> Iterator[Condition]:
    for pair in (rules.long, rules.short):
        for condition in (pair.entry, pair.exit) if pair else ():
            if condition is not None:
                yield condition


# numbers


def _numbers_differ(
    tokens: Sequence[Token], specification: Specification, conditions: tuple[Condition, ...]
) -> Iterator[str]:
    said, used, defaults = _said(tokens), _used(specification, conditions), _defaults(conditions)
    for role, name in (("lengths", "a length"), ("shares", "a share"), ("levels", "a level")):
        wanted: Counter[float] = getattr(said, role)
        there: Counter[float] = getattr(used, role)
        for value in wanted:
            if value not in there and not _elsewhere(value, role, said, used):
                yield f"{_shown(value, role)} was said as {name} and is not used as one."
        for value in there:
            if value not in wanted and value not in defaults and not _plain_length(value, role, said):
                yield f"{_shown(value, role)} is used as {name} and was not said as one."


def _said(tokens: Sequence[Token]) -> _Numbers:
    lengths: Counter[float] = Counter()
    shares: Counter[float] = Counter()
    levels: Counter[float] = Counter()
    for at, token in enumerate(tokens):
        values = token.value if isinstance(token.value, tuple) else (token.value,)
        numbers = [float(value) for value in values if isinstance(value, int | float)]
        if token.kind in _LENGTHS:
            lengths.update(numbers)
        elif token.kind in _SHARES:
            shares.update(abs(value) for value in numbers)
        elif token.kind in {"NUM", "PAIR", "TRIPLE"}:
            (lengths if _is_argument(tokens, at) else levels).update(numbers)
    return _Numbers(lengths, shares, levels)


def _is_argument(tokens: Sequence[Token], at: int) -> bool:
    """Whether a number stands in brackets or right behind an indicator: `RSI(14)`, `MACD 12 26 9`."""
    before = tokens[at - 1].kind if at else ""
    after = tokens[at + 1].kind if at + 1 < len(tokens) else ""
    return before in {"LP", "COMMA"} and after in {"RP", "COMMA"}


def _used(specification: Specification, conditions: tuple[Condition, ...]) -> _Numbers:
    lengths: Counter[float] = Counter()
    shares: Counter[float] = Counter()
    levels: Counter[float] = Counter()
    for node in (node for condition in conditions for node in walk(condition)):
        match node:
            case c.Indicator():
                lengths.update(float(value) for value in node.parameters.values())
            case c.Highest() | c.Lowest() | c.Return() | c.Rising() | c.Falling() | c.ForBars() | c.WithinBars():
                lengths[float(node.bars)] += 1
            case c.Comparison() | c.CrossesAbove() | c.CrossesBelow():
                _count_level(node, shares, levels)
            case c.Arithmetic() if node.op == "*" and isinstance(node.left, int | float):
                shares[round(abs(float(node.left) - 1), 9)] += 1
                levels[float(node.left)] += 1
    risk = specification.risk
    shares.update(value for value in (risk.stop_loss, risk.trailing_stop, risk.take_profit) if value)
    if risk.max_holding_bars:
        lengths[float(risk.max_holding_bars)] += 1
    if risk.atr_stop:
        levels[risk.atr_stop.multiple] += 1
        lengths[float(risk.atr_stop.period)] += 1
    return _Numbers(lengths, shares, levels)


def _count_level(
    node: c.Comparison | c.CrossesAbove | c.CrossesBelow, shares: Counter[float], levels: Counter[float]
) -> None:
    if not isinstance(node.right, int | float) or isinstance(node.left, c.Calendar) or node.right == 0:
        return
    if isinstance(node.left, c.Return):
        shares[round(abs(float(node.right)), 9)] += 1
    else:
        levels[float(node.right)] += 1


def _defaults(conditions: tuple[Condition, ...]) -> frozenset[float]:
    """The numbers that indicators have where nothing is said, and a single day."""
    found = {1.0, 14.0}
    for node in (node for condition in conditions for node in walk(condition)):
        if isinstance(node, c.Indicator):
            found |= {float(value) for value in indicators.function(node.name).parameters.values()}
            found |= {float(value) for value in USUAL.get(node.name, {}).values()}
    return frozenset(found)


def _elsewhere(value: float, role: str, said: _Numbers, used: _Numbers) -> bool:
    """A plain number may be a length ("RSI 2 under 10", "3 down closes") or an average's share; a count of days may be a level."""
    if role == "levels":
        return value in used.lengths or value / 100 in used.shares or value in used.shares
    if role == "shares":
        return value * 100 in used.levels or any(abs(abs(level - 1) - value) < 1e-9 for level in used.levels)
    return value in said.levels and value in used.levels


def _plain_length(value: float, role: str, said: _Numbers) -> bool:
    """A length that was said without its unit and not as a level beside a comparison."""
    if role == "lengths":
        return said.levels[value] > 1
    if role == "shares":
        return (
            value * 100 in said.levels
            or value in said.levels
            or any(abs(abs(n - 1) - value) < 1e-9 for n in said.levels)
        )
    return (value in said.lengths and said.lengths[value] > 1) or any(
        abs(1 - share - value) < 1e-9 or abs(1 + share - value) < 1e-9 for share in said.shares
    )


def _shown(value: float, role: str) -> str:
    return f"{value * 100:g} %" if role == "shares" else f"{value:g}"


# names, exits, limits, directions


def _names_differ(
    tokens: Sequence[Token], specification: Specification, conditions: tuple[Condition, ...]
) -> Iterator[str]:
    said = {_NAMED.get(token.kind, str(token.value).partition(".")[0]) for token in tokens if _is_name(token)}
    used = {node.name for condition in conditions for node in walk(condition) if isinstance(node, c.Indicator)}
    kinds = {token.kind for token in tokens}
    there = used | ({"ATR"} if specification.risk.atr_stop else set())
    for name in sorted(said - there):
        yield f"{name} was said and is not used."
    allowed = said | ({"SMA"} if kinds & {"MA", "SMA"} or kinds & _LENGTHS else set())
    allowed |= {"RSI"} if kinds & {"OVERSOLD", "OVERBOUGHT", "RSIREV"} else set()
    allowed |= {"BBANDS"} if kinds & {"UPPER", "LOWER", "MIDDLE", "BAND", "STD", "BOLLREV"} else set()
    allowed |= {"MACD"} if kinds & {"MACDCROSS", "SIGNALLINE", "HISTOGRAM"} else set()
    for name in sorted(used - allowed):
        yield f"{name} is used and was not said."
    if "VOLUME" in kinds and not any("volume" in condition.model_dump_json() for condition in conditions):
        yield "Volume was said and is not used."


def _is_name(token: Token) -> bool:
    return token.kind in _NAMED or (token.kind in {"IND", "AVGKIND", "PATTERN"} and token.value is not None)


def _exit_invented(tokens: Sequence[Token], rules: Rules) -> Iterator[str]:
    leaves = any(token.kind in _LEAVES for token in tokens)
    if not leaves and any(pair is not None and pair.exit is not None for pair in (rules.long, rules.short)):
        yield "No exit was said, and there is one."
    conditions = [pair for pair in (rules.long, rules.short) if pair is not None]
    limits = {"AFTERDUR", "MAXDUR", "FORDUR", "TARGET", "TRAILING", "NEXTDAY", "PROFIT"}
    says_when = {token.kind for token in tokens} & {"EXIT", "COVER", "UNTIL"}
    if says_when and not any(pair.exit for pair in conditions) and not {token.kind for token in tokens} & limits:
        yield "An exit was said, and there is none."


def _limits_invented(tokens: Sequence[Token], specification: Specification) -> Iterator[str]:
    kinds = {token.kind for token in tokens}
    for name, (words, called) in _LIMITS.items():
        there = getattr(specification.risk, name) is not None
        if there and not kinds & words:
            yield f"There is {called} that was not said."
    if "STOP" in kinds and not any(
        (specification.risk.stop_loss, specification.risk.atr_stop, specification.risk.trailing_stop)
    ):
        yield "A stop was said, and there is none."
    if "TRAILING" in kinds and not (specification.risk.trailing_stop or specification.risk.atr_stop):
        yield "A trailing stop was said, and there is none."


def _turned_round(tokens: Sequence[Token], conditions: tuple[Condition, ...]) -> Iterator[str]:
    """A level said after "below" that is compared with "above", or the other way round."""
    for word, number in pairwise(tokens):
        if word.kind not in {"ABOVE", "BELOW"} or number.kind != "NUM" or not isinstance(number.value, int | float):
            continue
        ways = {
            "ABOVE" if _upward(node) else "BELOW"
            for condition in conditions
            for node in walk(condition)
            if isinstance(node, c.Comparison | c.CrossesAbove | c.CrossesBelow) and node.right == number.value
        }
        if ways and word.kind not in ways:
            yield f"{number.value:g} was said to be {word.said} and is compared the other way."


def _upward(node: c.Comparison | c.CrossesAbove | c.CrossesBelow) -> bool:
    return isinstance(node, c.CrossesAbove) or (isinstance(node, c.Comparison) and node.op.startswith(">"))


def _sides_differ(tokens: Sequence[Token], specification: Specification) -> Iterator[str]:
    kinds = {token.kind for token in tokens}
    if specification.side != "long" and not kinds & {"SHORT", "BOTH", "COVER", "DEATHCROSS"}:
        yield "Nothing was said of going short."
    if specification.side == "long" and kinds & {"SHORT", "BOTH"} and "LONGONLY" not in kinds:
        yield "Going short was said and is not there."
    symbols = {str(token.value) for token in tokens if token.kind == "SYMBOL"}
    if symbols and not symbols & set(specification.symbols):
        yield f"{' and '.join(sorted(symbols))} was said, and {' and '.join(specification.symbols)} is traded."
