"""Whether a specification says what was asked: every number and name said is used as it was said, and nothing else is.

It reads the request's tokens and the specification afresh and knows nothing of whoever drafted it. A number keeps the
role it was said in: a threshold after "below", a length of time with its unit, a share in percent. What is not said
may only be a declared default.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tools.strategies import conditions as c
from tools.strategies import indicators
from tools.strategies.conditions import Condition, walk
from tools.strategies.language.tokens import Reading, Token
from tools.strategies.language.words import USUAL
from tools.strategies.spec import Costs, Specification
from tools.strategies.templates import Rules, Templates
from tools.strategies.trial import looked_at

_COMPARES = frozenset("ABOVE BELOW OVER MORETHAN GE LE EQ CROSSABOVE CROSSBELOW".split())
_LENGTHS = frozenset("DUR INDUR LASTDUR INLASTDUR FORDUR AFTERDUR AGODUR MAXDUR PER".split())
_SHARES = frozenset("PCT NEGPCT PLUSPCT".split())
_LEAVES = frozenset(
    "EXIT COVER UNTIL WHILE OTHERWISE REVERSE HOLD GOLDENCROSS DONCHIAN TURTLE RSIREV MACDCROSS BOLLREV".split()
)
_AVERAGES = frozenset("SMA EMA WMA DEMA TEMA KAMA HMA".split())
_NAMED = {"RSI_": "RSI", "MACDLINE": "MACD", "ATR": "ATR", "BOLL": "BBANDS", "EMA": "EMA"}
_TIMES = {"TWICE": 2.0, "TRIPLE": 3.0}
_PARTS = {"HALFOF": 0.5, "QUARTER": 0.25, "THIRD": 1 / 3, "FIFTH": 0.2, "TENTH": 0.1}
_LIMITS = {
    "stop_loss": ({"STOP"}, "a stop"),
    "trailing_stop": ({"TRAILING", "PEAK"}, "a trailing stop"),
    "take_profit": ({"TARGET", "PROFIT", "RISE", "UP"}, "a target"),
    "atr_stop": ({"ATR", "TRAILING"}, "an ATR stop"),
    "atr_target": ({"ATR"}, "an ATR target"),
    "r_target": ({"RMULT", "RISKREWARD", "RISKUNIT", "RISKPER"}, "a target in R"),
}


@dataclass(frozen=True, slots=True)
class _Numbers:
    """Sorted by role: lengths in bars, shares as fractions, plain numbers as thresholds."""

    lengths: Counter[float]
    shares: Counter[float]
    levels: Counter[float]


def unfaithful(
    reading: Reading, specification: Specification, templates: Templates, usual_symbol: str
) -> tuple[str, ...]:
    """A sentence for each thing that was said and is not there, or is there and was not said; empty where it is as asked.

    `usual_symbol` may be traded without being named.
    """
    tokens = reading.tokens
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
        *_symbols_differ(tokens, specification, usual_symbol),
        *_frame_invented(reading, specification, conditions),
        *_terms_invented(tokens, specification),
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
    ratio = any(token.kind == "RISKREWARD" for token in tokens)
    for at, token in enumerate(tokens):
        if token.kind == "NUM" and token.value == 1 and (ratio or not token.said[:1].isdigit()):
            continue  # the risk in "risk/reward 1:3", and "one of the last 5 days"
        values = token.value if isinstance(token.value, tuple) else (token.value,)
        numbers = [float(value) for value in values if isinstance(value, int | float)]
        if token.kind in _LENGTHS:
            lengths.update(numbers)
        elif token.kind in _SHARES:
            shares.update(abs(value) for value in numbers)
        elif token.kind == "RMULT" or (token.kind in _TIMES and not numbers):
            levels.update(numbers or [_TIMES[token.kind]])
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
    sizing, costs = specification.sizing, specification.costs
    shares.update(value for value in (risk.stop_loss, risk.trailing_stop, risk.take_profit) if value)
    shares.update(
        value for value in (sizing.fraction, sizing.risk_per_trade) if value and value not in _PARTS.values()
    )
    shares.update({costs.fee, costs.slippage} - {0.0, Costs().fee, Costs().slippage})
    if risk.max_holding_bars:
        lengths[float(risk.max_holding_bars)] += 1
    if risk.atr_stop:
        levels[risk.atr_stop.multiple] += 1
        lengths[float(risk.atr_stop.period)] += 1
    if risk.atr_target:
        levels[risk.atr_target.multiple] += 1
        lengths[float(risk.atr_target.period)] += 1
    if risk.r_target:
        levels[risk.r_target] += 1
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
    there = used | ({"ATR"} if specification.risk.atr_stop or specification.risk.atr_target else set())
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
    limits = {"AFTERDUR", "MAXDUR", "FORDUR", "TARGET", "TRAILING", "NEXTDAY", "PROFIT", "RMULT", "ATR"}
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


def _symbols_differ(tokens: Sequence[Token], specification: Specification, usual_symbol: str) -> Iterator[str]:
    said = {str(token.value) for token in tokens if token.kind == "SYMBOL"}
    traded = set(specification.symbols)
    used = traded | looked_at(specification)
    if said and not said & traded:
        yield f"{' and '.join(sorted(said))} was said, and {' and '.join(specification.symbols)} is traded."
    for symbol in sorted(said - used):
        yield f"{symbol} was said and is not used."
    for symbol in sorted(used - said - ({usual_symbol} if not said else set())):
        yield f"{symbol} is used and was not said."


def _frame_invented(
    reading: Reading, specification: Specification, conditions: tuple[Condition, ...]
) -> Iterator[str]:
    """Bars and calendar."""
    if specification.timeframe != reading.timeframe:
        yield f"The timeframe is {specification.timeframe}, and {reading.timeframe} was said."
    dated = any(isinstance(node, c.Calendar) for condition in conditions for node in walk(condition))
    if dated and not any(
        token.kind in {"WEEKDAY", "MONTH", "ORDINAL"} or re.search("day|month", token.said)
        for token in reading.tokens
    ):
        yield "A day or month is used and was not said."


def _terms_invented(tokens: Sequence[Token], specification: Specification) -> Iterator[str]:
    """Size, costs, period and fill: each only where it was said."""
    kinds = {token.kind for token in tokens}
    usual = Specification(entry=c.Always())
    for there, words, called in (
        (specification.sizing != usual.sizing, {"SIZE", "RISKPER", *_PARTS}, "A size of the position"),
        (specification.costs != usual.costs, {"FEE", "SLIPPAGE"}, "A cost"),
        (specification.period != usual.period, {"YEAR", "YEARS", "DATE", "INLASTDUR"}, "A period"),
        (specification.fill != usual.fill, {"ATCLOSE"}, "A fill at the close"),
    ):
        if there and not kinds & words:
            yield f"{called} is there and was not said."
