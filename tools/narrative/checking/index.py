"""Facts as bit masks: which are Sharpe ratios, which are the benchmark's, which belong to 2008.

A set of facts is an int with bit i for fact i, so that what a sentence says about a figure is an intersection.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from tools.narrative.checking.finding import Discourse, Finding
from tools.narrative.checking.lexicon import (
    CRISES,
    KNOWN_NAMES,
    REGIMES,
    SUBJECTS,
    Entry,
    static_phrases,
)
from tools.narrative.checking.numbers import CARDINALS, MULTIPLES, ORDINALS, PARTS
from tools.narrative.checking.vocabulary import stems, words_for
from tools.narrative.facts import Fact

_TAILS: dict[str, str] = {
    "total_return": "total_return return", "market_change": "total_return return", "benchmark_return": "total_return return", "buy_and_hold_return": "total_return return", "cumulative_return": "total_return return", "net_profit": "total_return return",
    "profit_total": "total_return return", "return": "return", "cagr": "cagr return", "annual_return": "cagr return",
    "annualised_return": "cagr return", "annualized_return": "cagr return", "compounding_annual_return": "cagr return",
    "volatility": "volatility", "annual_volatility": "volatility", "vol": "volatility", "std": "volatility",
    "annual_standard_deviation": "volatility", "sharpe": "sharpe", "sharpe_ratio": "sharpe", "sortino": "sortino",
    "sortino_ratio": "sortino", "calmar": "calmar", "calmar_ratio": "calmar", "max_drawdown": "max_drawdown drawdown",
    "maximum_drawdown": "max_drawdown drawdown", "drawdown": "max_drawdown drawdown", "depth": "drawdown",
    "var_95": "var", "var": "var", "value_at_risk": "var", "cvar_95": "cvar", "cvar": "cvar", "expected_shortfall": "cvar",
    "skew": "skew", "skewness": "skew", "kurtosis": "kurtosis", "best_day": "best_day", "worst_day": "worst_day",
    "best_month": "best_month", "worst_month": "worst_month", "best_year": "best_year", "worst_year": "worst_year",
    "positive_days": "positive_days", "beta": "beta", "alpha": "alpha", "correlation": "correlation",
    "tracking_error": "tracking_error", "information_ratio": "information_ratio", "up_capture": "up_capture",
    "down_capture": "down_capture", "win_rate": "win_rate", "winrate": "win_rate", "profit_factor": "profit_factor",
    "trades.count": "trades", "trade_count": "trades", "num_trades": "trades", "trades": "trades", "total_trades": "trades",
    "trades.won": "won", "trades.lost": "lost", "trades.open": "open", "trades.average_days": "holding",
    "trades.average_return": "average_trade", "trades.average_pnl": "average_trade", "trades.best": "best_trade",
    "trades.worst": "worst_trade", "average_trade": "average_trade", "avg_trade": "average_trade",
    "exposure.time": "exposure", "exposure.average": "exposure", "exposure": "exposure", "turnover.annual": "turnover",
    "turnover": "turnover", "costs.total": "costs", "total_costs": "costs", "total_fees": "costs", "costs": "costs", "costs.fee": "fee",
    "fee": "fee", "costs.slippage": "slippage", "slippage": "slippage", "costs.drag": "cost_drag",
    "costs.double.cagr": "double_costs", "costs.triple.cagr": "triple_costs", "significance.psr": "psr", "psr": "psr",
    "deflated_sharpe": "dsr", "dsr": "dsr", "min_track_record": "min_track_record", "trials": "trials",
    "run.observations": "observations", "observations": "observations", "run.length": "length", "run.start": "start", "run.end": "end",
    "run.initial_value": "initial", "initial_value": "initial", "initial_capital": "initial", "starting_capital": "initial",
    "run.final_value": "final", "final_value": "final", "final_equity": "final", "share": "share", "length": "length_dd",
    "recovery_days": "recovery_days", "fall_days": "fall_days", "years.positive": "positive_years",
    "years.whole": "whole_years", "months.positive": "positive_months", "months.whole": "whole_months",
    "data.gaps": "gaps", "data.longest_gap": "longest_gap", "data.jumps": "jumps", "data.stale_prices": "stale",
    "periods_per_year": "periods", "best_trade": "best_trade", "worst_trade": "worst_trade", "largest_profit": "best_trade",
    "largest_loss": "worst_trade", "wins": "won", "losses": "lost", "open_trades": "open", "average_holding": "holding",
    "average_win": "average_win", "average_profit": "average_win", "average_loss": "average_loss", "average_loss_money": "average_loss",
    "loss_rate": "loss_rate",
}  # fmt: skip
"""End of an id to what people call the figure."""

_LABELS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), keys)
    for pattern, keys in (
        (r"deflated", "dsr"),
        (r"probabilistic|probability", "psr"),
        (r"rolling.*sharpe", "rolling_sharpe"),
        (r"rolling.*beta", "rolling_beta"),
        (r"\bsharpe\b", "sharpe"),
        (r"\bsortino\b", "sortino"),
        (r"\bcalmar\b", "calmar"),
        (r"drawdown", "max_drawdown drawdown"),
        (r"volatility|standard deviation", "volatility"),
        (r"cagr|compound|annuali[sz]ed return|annual return", "cagr return"),
        (r"total return|net profit|cumulative return", "total_return return"),
        (r"win rate|hit rate", "win_rate"),
        (r"profit factor", "profit_factor"),
        (r"shortfall|cvar", "cvar"),
        (r"value at risk|\bvar\b", "var"),
        (r"turnover", "turnover"),
        (r"exposure|time in (the )?market", "exposure"),
        (r"\bfees?\b|\bcosts?\b|commission", "costs"),
        (r"number of trades|total trades|trades$", "trades"),
        (r"\breturn\b", "return"),
    )
)
_ANNUAL = frozenset("cagr volatility alpha tracking_error turnover cost_drag sharpe sortino calmar information_ratio double_costs triple_costs".split())  # fmt: skip
_OWN = frozenset(("initial", "final"))
_DAILY = re.compile(r"\bday|daily|one.day|month|week", re.IGNORECASE)
_NEGATIVE_BY_NATURE = frozenset(
    "average_loss max_drawdown drawdown var cvar costs cost_drag fee slippage rule".split()
)
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_DIGIT_LETTERS = str.maketrans("0123456789", "àáâãäåæçèé")
_WORDS = re.compile(r"'s\b|[^\W\d_][^\W\d_&.']*(?:[&.'](?!s\b)[^\W\d_]+)*")

_REMEMBERED = 4096
Span = tuple[int, int]
"""First and last day of a period, both as yyyymmdd."""


@dataclass(slots=True)
class Index:
    """The facts of one report, prepared once."""

    facts: tuple[Fact, ...]
    values: list[float | None] = field(default_factory=list)
    units: list[str] = field(default_factory=list)
    keys: list[frozenset[str]] = field(default_factory=list)
    spans: list[Span | None] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    by_key: dict[str, int] = field(default_factory=dict)
    by_unit: dict[str, int] = field(default_factory=dict)
    by_group: dict[str, int] = field(default_factory=dict)
    phrases: dict[str, Entry] = field(default_factory=dict)
    longest: dict[str, int] = field(default_factory=dict)
    named: dict[str, int] = field(default_factory=dict)
    names: tuple[tuple[str, "re.Pattern[str]"], ...] = ()
    sentences: tuple[str, ...] = ()
    everything: int = 0
    strategy: int = 0
    benchmark: int = 0
    stated: int = 0
    neutral: int = 0
    relative: int = 0
    orphans: int = 0
    annual: int = 0
    daily: int = 0
    gross: int = 0
    losses: int = 0
    scoped: int = 0
    regimes: int = 0
    """Facts of regimes and crises: a date alone does not name them, though they have one."""
    dates: int = 0
    negative: int = 0
    sorts: dict[str, int] = field(default_factory=dict)
    """Facts by the part of a report they belong to."""
    spells: dict[str, int] = field(default_factory=dict)
    """Facts that are of a time of their own, by the kind of it."""
    whole: Span | None = None
    by_span: dict[Span, int] = field(default_factory=dict)
    judged: dict[tuple[str, bool, Discourse], tuple[tuple[Finding, ...], Discourse]] = field(default_factory=dict)
    """What was found for a line in its context, so that a report changed in one place is not judged twice."""
    currency: str = ""
    name_numbers: frozenset[str] = frozenset()
    labels: dict[str, int] = field(default_factory=dict)
    """Facts by the beginnings of the words of their labels."""
    words: dict[str, int] = field(default_factory=dict)
    """Facts by the beginnings of the words they can be called by."""
    by_size: list[tuple[float, int]] = field(default_factory=list)
    """Sizes of all figures in order, with their positions."""

    moments: int = 0
    """What the account was worth on one day."""
    limits: dict[str, int] = field(default_factory=dict)
    """Limits of the rules by what they limit."""
    able: dict[tuple[str, ...], int] = field(default_factory=dict)
    """Facts that a figure of a unit can state."""
    vectors: dict[tuple[str, str, int], NDArray[np.float64]] = field(default_factory=dict)
    """What a word near or far says of the facts of a mask, weighed."""
    rows: dict[int, NDArray[np.float64]] = field(default_factory=dict)

    def row(self, mask: int) -> NDArray[np.float64]:
        """The facts of a mask as ones in a row as long as there are facts."""
        found = self.rows.get(mask)
        if found is None:
            if len(self.rows) >= _REMEMBERED:
                self.rows.clear()
            size = len(self.facts)
            packed = np.frombuffer((mask & self.everything).to_bytes(size // 8 + 1, "little"), dtype=np.uint8)
            found = self.rows[mask] = np.unpackbits(packed, bitorder="little")[:size].astype(np.float64)
        return found

    def between(self, least: float, most: float) -> list[int]:
        """Positions of the facts of that size, sign aside, in order of size."""
        start = bisect_left(self.by_size, (least, -1))
        end = bisect_right(self.by_size, (most, len(self.values)))
        return [position for _, position in self.by_size[start:end]]

    def bits(self, mask: int) -> list[int]:
        """Positions of the facts of a mask."""
        found = []
        while mask:
            low = mask & -mask
            found.append(low.bit_length() - 1)
            mask ^= low
        return found


def day_of(text: str, *, last: bool = False) -> int | None:
    """An ISO day, month or year as yyyymmdd: its first day, or its last (by the calendar's longest month)."""
    match = _DATE.match(text)
    if match is None:
        return None
    year, month, day = match[1], match[2] or ("12" if last else "01"), match[3] or ("31" if last else "01")
    return int(year + month + day)


def disguise(text: str) -> str:
    """Digits as letters, so that a number within a known name is read as part of a word."""
    return text.translate(_DIGIT_LETTERS)


_SPOKEN = re.compile(rf"\b(?:{'|'.join((*CARDINALS, *ORDINALS, *PARTS, *MULTIPLES))})s?\b", re.IGNORECASE)
"""Numbers in words, which in a name count nothing: "Three-bar reversal"."""


def disguise_name(name: str) -> str:
    """A known name with its digits as letters and its number words as words of no meaning; the length stays."""
    return _SPOKEN.sub(lambda match: "ø" + match.group(0)[1:], disguise(name))


def words_of(text: str) -> list[str]:
    """Lower-case words of a phrase the way a text is read: digits disguised, hyphens apart."""
    return _WORDS.findall(disguise(text.lower().replace("’", "'")).replace("-", " "))


def build(facts: Sequence[Fact]) -> Index:
    """Prepare facts for checking."""
    index = Index(tuple(facts))
    for position, fact in enumerate(index.facts):
        _add(index, position, fact)
    index.by_size = sorted((abs(value), p) for p, value in enumerate(index.values) if value is not None)
    index.regimes = sum(bits for group, bits in index.by_group.items() if group.startswith(_WEATHER))
    _families(index)
    _sorts(index)
    _phrases(index)
    return index


_WEATHER = ("regime", "stress", "crisis")


def _add(index: Index, position: int, fact: Fact) -> None:
    bit = 1 << position
    value, unit = _normalised(fact)
    keys = _keys(fact, unit)
    index.values.append(value)
    index.units.append(unit)
    index.keys.append(keys)
    index.spans.append(_span(fact))
    index.groups.append(_group(fact))
    index.everything |= bit
    _file(index.by_key, keys, bit)
    _file(index.by_unit, (unit,), bit)
    _file(index.by_group, (index.groups[-1],) if index.groups[-1] else (), bit)
    if unit not in ("text", "date"):
        _file(index.labels, stems(fact.label), bit)
        _file(index.words, words_for(fact.label, keys), bit)
    span = index.spans[-1]
    if span is not None and not index.groups[-1].startswith("month"):
        index.by_span[span] = index.by_span.get(span, 0) | bit
    _traits(index, fact, bit, keys, unit)


def _file(table: dict[str, int], names: Iterable[str], bit: int) -> None:
    for name in names:
        table[name] = table.get(name, 0) | bit


def _traits(index: Index, fact: Fact, bit: int, keys: frozenset[str], unit: str) -> None:
    """What a fact is besides its kind: of a year or a day, gross, a loss by nature, the currency."""
    if unit == "date":
        index.dates |= bit
    if keys & _ANNUAL or fact.annualisation is not None or re.search(r"\ba year\b|annual", fact.label, re.IGNORECASE):
        index.annual |= bit
    if _DAILY.search(fact.label) or _DAILY.search(fact.id):
        index.daily |= bit
    if "gross" in fact.id or "gross" in fact.label.lower():
        index.gross |= bit
    if keys & _NEGATIVE_BY_NATURE:
        index.losses |= bit
    if fact.id in ("run.currency", "currency") or fact.id.endswith(".currency"):
        index.currency = str(fact.value)


_UNIT_NAMES = {
    "percent": ("fraction", 0.01), "%": ("fraction", 0.01), "pct": ("fraction", 0.01), "bps": ("fraction", 0.0001),
    "pp": ("fraction", 0.01), "fraction": ("fraction", 1.0), "ratio": ("ratio", 1.0), "number": ("ratio", 1.0), "x": ("ratio", 1.0),
    "multiple": ("ratio", 1.0), "currency": ("currency", 1.0), "money": ("currency", 1.0), "count": ("count", 1.0),
    "integer": ("count", 1.0), "trades": ("count", 1.0), "days": ("days", 1.0), "calendar days": ("days", 1.0), "weeks": ("days", 7.0),
    "months": ("days", 30.4375), "years": ("days", 365.25), "bars": ("bars", 1.0), "trading days": ("bars", 1.0),
    "probability": ("fraction", 1.0),
}  # fmt: skip


def _normalised(fact: Fact) -> tuple[float | None, str]:
    """Value and unit in the terms of the checker; None for words and for values that are no numbers."""
    unit = fact.unit.lower()
    if unit == "date" or (isinstance(fact.value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", fact.value)):
        return None, "date"
    if unit == "text" or isinstance(fact.value, str):
        return None, "text"
    name, factor = _UNIT_NAMES.get(unit, ("currency", 1.0) if len(unit) <= 4 and unit.isalpha() else ("ratio", 1.0))
    return float(fact.value) * factor, name


def _keys(fact: Fact, unit: str) -> frozenset[str]:
    if unit == "text":
        return frozenset()
    parts = fact.id.lower().split(".")
    if parts[0] == "rule" and len(parts) > 1:
        return frozenset(("rule",))
    if "rolling" in parts:
        return frozenset(f"rolling_{name}" for name in ("sharpe", "beta") if name in parts)
    for size in (3, 2, 1):
        if len(parts) >= size and ".".join(parts[-size:]) in _TAILS:
            return _refined(frozenset(_TAILS[".".join(parts[-size:])].split()), parts, fact)
    if unit in ("date", "days", "bars"):
        return frozenset()
    for pattern, keys in _LABELS:
        if pattern.search(fact.label) or pattern.search(fact.id.replace("_", " ")):
            return _refined(frozenset(keys.split()), parts, fact)
    return frozenset()


def _refined(keys: frozenset[str], parts: list[str], fact: Fact) -> frozenset[str]:
    """What the rest of the id adds: a regime's return is a yearly one, the first drawdown is the maximum."""
    if "regime" in parts and "return" in keys and ("annual" in fact.label.lower() or fact.annualisation):
        return keys | {"cagr"}
    if "drawdown" in keys and parts[:2] == ["drawdown", "1"]:
        return keys | {"max_drawdown"}
    if keys & {"best_day", "worst_day", "best_month", "worst_month", "best_year", "worst_year", "best_trade", "worst_trade", "average_trade"}:  # fmt: skip
        return keys | {"extreme"}
    return keys


def _span(fact: Fact) -> Span | None:
    if not isinstance(fact.period, str):
        return None
    found = [match.group(0) for match in _DATE.finditer(fact.period)]
    if not found:
        return None
    start, end = day_of(found[0]), day_of(found[-1], last=True)
    return (start, end) if start is not None and end is not None else None


_GROUPS = re.compile(
    r"(?:^|\.)(drawdown\.\w+|regime\.\w+|stress\.\w+|crisis\.\w+|years?\.\d{4}|months?\.\d{4}-\d{2}|rolling\.\w+\.\w+)(?:\.|$)"
)


def _group(fact: Fact) -> str:
    match = _GROUPS.search(fact.id)
    return match[1] if match is not None else ""


_BENCHMARKS = ("benchmark", "buy-and-hold", "buy and hold", "buy & hold", "market change", "market return")


def _families(index: Index) -> None:
    for position, fact in enumerate(index.facts):
        bit, parts, label = 1 << position, fact.id.lower().split("."), fact.label.lower()
        if parts[0] in ("benchmark", "buy_and_hold", "index") or "benchmark" in parts[1:] or label.startswith(_BENCHMARKS):  # fmt: skip
            index.benchmark |= bit
            index.stated |= bit if parts[0] == "stated" else 0
        elif parts[0] in ("stated", "engine") or "stated" in parts or " stated " in label:
            index.stated |= bit
        else:
            index.strategy |= bit
            if parts[0] in ("relative", "rule", "run", "data", "parameter") and not index.keys[position] & _OWN:
                index.neutral |= bit
            if parts[0] == "relative":
                index.relative |= bit
        if index.groups[position] and not index.groups[position].startswith("rolling"):
            index.scoped |= bit
    own = [index.keys[p] for p in index.bits(index.strategy)]
    for position in index.bits(index.stated):
        if not any(index.keys[position] & keys for keys in own):
            index.orphans |= 1 << position
    spans = [
        span for fact, span in zip(index.facts, index.spans, strict=True) if span and fact.id.endswith("total_return")
    ]
    index.whole = spans[0] if spans else _common(index.spans) or _run_dates(index)


_LIMITED = {"drawdown": "max_drawdown drawdown", "sharpe": "sharpe", "confidence": "psr dsr", "trades": "trades", "history": "length"}  # fmt: skip
_HEADLINES = frozenset("total_return cagr volatility sharpe max_drawdown".split())
_SORTS = frozenset("headline extreme month year regime stress drawdown rolling run trades costs exposure turnover relative significance rule data years months".split())  # fmt: skip
_SPELLS = ("month", "year", "regime", "stress", "drawdown", "rolling")


def _sorts(index: Index) -> None:
    for position, fact in enumerate(index.facts):
        bit, parts = 1 << position, fact.id.lower().split(".")
        value = index.values[position]
        if value is None:
            continue
        if value < 0 or bit & index.losses:
            index.negative |= bit
        span = index.spans[position]
        if index.keys[position] & _OWN and span is not None and span[0] == span[1]:
            index.moments |= bit
        if "rule" in index.keys[position]:
            named = next((keys for word, keys in _LIMITED.items() if word in fact.label.lower()), "")
            _file(index.limits, named.split(), bit)
        group = index.groups[position]
        spell = next((name for name in _SPELLS if group.startswith(name)), "")
        if spell and group != "drawdown.1":
            _file(index.spells, (spell,), bit)
        if bit & index.benchmark:
            _file(index.sorts, ("of benchmark",), bit)
        if bit & index.stated & ~index.orphans:
            _file(index.sorts, ("of engine",), bit)
        if parts[0] in ("benchmark", "stated", "strategy"):
            parts = parts[1:]
        keys = index.keys[position]
        name = spell or ("headline" if keys & _HEADLINES else "extreme" if "extreme" in keys else parts[0])
        name = name if name in _SORTS else "other"
        _file(index.sorts, (f"sort {name}",), bit)


def _run_dates(index: Index) -> Span | None:
    days = [day_of(str(index.facts[p].value)) for p in index.bits(index.dates)]
    known = [day for day in days if day is not None]
    return (min(known), max(known)) if len(known) > 1 else None


def _common(spans: list[Span | None]) -> Span | None:
    known = [span for span in spans if span is not None]
    return max(set(known), key=lambda span: (known.count(span), span[1] - span[0])) if known else None


_STATIC = static_phrases()


def _longest(phrases: Iterable[str], longest: dict[str, int]) -> dict[str, int]:
    """Most words of a phrase by its first word."""
    for phrase in phrases:
        first = phrase.partition(" ")[0]
        longest[first] = max(longest.get(first, 1), phrase.count(" ") + 1)
    return longest


_STATIC_LONGEST = _longest(_STATIC, {})
_KNOWN = [name for name in KNOWN_NAMES.split("|") if re.search(r"\d", name)]


def _phrases(index: Index) -> None:
    """Fact-specific phrases over the static ones: labels, names, groups, and sentences that may be quoted."""
    table = dict(_STATIC)
    sentences: set[str] = set()
    quotable: set[str] = {*_KNOWN}
    for position, fact in enumerate(index.facts):
        if isinstance(fact.value, str) and index.units[position] == "text":
            _name(index, table, fact, sentences, quotable)
        if fact.definition and len(fact.definition) > 15:
            sentences.add(fact.definition)
        if index.units[position] != "text":
            _label(index, table, position, fact)
            quotable |= _numbered_label(index, table, position, fact)
        quotable |= _group_names(table, index, position, fact)
    index.phrases = table
    index.longest = _longest(table.keys() - _STATIC.keys(), dict(_STATIC_LONGEST))
    index.sentences = tuple(sorted((sentence.lower() for sentence in sentences), key=len, reverse=True))
    index.names = tuple((name.lower(), _pattern(name)) for name in sorted(quotable, key=len, reverse=True))
    index.name_numbers = frozenset(
        number
        for fact in index.facts
        if isinstance(fact.value, str) and fact.unit == "text" and len(fact.value) < 200
        and fact.id.endswith(("name", "strategy", "symbols", "timeframe", "engine_version"))
        for number in re.findall(r"\d+(?:\.\d+)?", fact.value)
    ) | frozenset(str(fact.value) for fact in index.facts if fact.id.startswith("parameter."))  # fmt: skip


@lru_cache(maxsize=512)
def _pattern(name: str) -> re.Pattern[str]:
    """The name as a whole, not as the start of a longer word or number."""
    before = r"(?<![\w.])" if name[:1].isalnum() else ""
    after = r"(?![\w%]|[.,]\d)" if name[-1:].isalnum() else ""
    return re.compile(before + re.escape(name) + after, re.IGNORECASE)


def _name(index: Index, table: dict[str, Entry], fact: Fact, sentences: set[str], quotable: set[str]) -> None:
    """A text fact: a long one may be quoted whole, a name stands for whose name it is."""
    value, parts = str(fact.value), fact.id.lower().split(".")
    if value.count(" ") >= 5 and parts[-1] not in ("name", "strategy"):
        sentences.add(value)
        return
    if not re.search(r"[A-Za-z]{2}", value):
        return
    if re.search(r"\d", value) or _SPOKEN.search(value):
        quotable.add(value)
        quotable |= _short_names(value) if parts[-1] in ("name", "strategy") else set()
    words = " ".join(words_of(disguise_name(value)))
    owner = "benchmark" if parts[0] == "benchmark" else "stated" if fact.id == "run.engine" else "strategy"
    if fact.id == "run.engine" and not index.stated:
        return
    taken = _STATIC.get(words)
    engine = table.get(words)
    if fact.id != "run.engine" and engine is not None and engine.key == "stated":
        return
    if taken is not None and taken.kind == "M":
        return  # a run called "returns" does not change what returns are
    if words and ((parts[-1] in ("name", "strategy") and parts[0] in ("run", "strategy", "benchmark")) or fact.id == "run.engine"):  # fmt: skip
        table[words] = Entry("S", owner)
        table.update({" ".join(words_of(disguise_name(short))): Entry("S", owner) for short in _short_names(value)})
        if owner == "benchmark":
            _short_benchmark(table, value)


def _short_names(name: str) -> set[str]:
    """What a name is called for short: without where it trades or what stands in brackets behind it."""
    short = re.sub(r"\s*[([].*$|\s+(?:on|for|over)\s+(?:the\s+)?.*$", "", name).strip()
    numbered = re.search(r"\d", short) or _SPOKEN.search(short)
    return {short} if numbered and len(short) > 3 and short != name else set()


def _short_benchmark(table: dict[str, Entry], name: str) -> None:
    """ "S&P 500 buy and hold" is also called "the S&P 500"."""
    low = name.lower()
    for phrase in SUBJECTS["benchmark"].split("|"):
        low = re.sub(rf"\b{re.escape(phrase)}\b", " ", low)
    short = " ".join(words_of(re.sub(r"\(.*?\)|\bon\b|\bthe\b|\bof\b", " ", low)))
    if len(short) >= 3:
        table[short] = Entry("S", "benchmark", "market")
    for known in _KNOWN:
        if known in name.lower():
            table[" ".join(words_of(known))] = Entry("S", "benchmark", "market")


_PREFIX = re.compile(r"^(benchmark|strategy)('s)?\s+|\s+(as )?stated by .*$|\s*\(.*?\)|\s+(of|for) the (strategy|benchmark)$", re.IGNORECASE)  # fmt: skip


def _label(index: Index, table: dict[str, Entry], position: int, fact: Fact) -> None:
    """The label without whose it is, as one more name of the figure."""
    label = _PREFIX.sub("", fact.label).partition(",")[0]
    if re.search(r"\d", label) or index.groups[position].startswith(
        ("regime", "stress", "crisis", "year", "month", "drawdown")
    ):
        return
    words = " ".join(words_of(label))
    if not words or len(words) < 3:
        return
    index.named[words] = index.named.get(words, 0) | 1 << position
    for said in {words, words.replace(" per ", " a ")}:
        old = table.get(said)
        if old is not None and old.kind == "M":
            if "=" not in old.key:
                table[said] = Entry("M", f"{old.key},={words}")
        elif old is None or " " in said or old.kind in "LTO":
            table[said] = Entry("M", f"={words}")


def _numbered_label(index: Index, table: dict[str, Entry], position: int, fact: Fact) -> set[str]:
    """An engine's own name of a figure that holds a number, "3 months": a name, not a figure."""
    label = _PREFIX.sub("", fact.label).partition(",")[0].strip()
    if not fact.id.startswith("stated.") or not re.search(r"\d", label) or not re.search(r"[A-Za-z]{2}", label):
        return set()
    words = " ".join(words_of(disguise_name(label)))
    index.named[words] = index.named.get(words, 0) | 1 << position
    table[words] = Entry("M", f"={words}")
    return {label}


def _group_names(table: dict[str, Entry], index: Index, position: int, fact: Fact) -> set[str]:
    """What regimes and crises are called; the names that hold a number, "late 2018", are given back."""
    group = index.groups[position]
    kind, _, name = group.partition(".")
    if kind in ("stress", "crisis"):
        spoken = CRISES.get(name, name.replace("_", " ")).split("|")
        if fact.id.endswith(".name"):
            spoken = [*spoken, " ".join(words_of(str(fact.value)))]
        for phrase in spoken:
            table[disguise(phrase)] = Entry("G", group)
        return {phrase for phrase in spoken if phrase.startswith("late ")}
    if kind == "regime":
        for phrase in REGIMES.get(name, name.replace("_", " ")).split("|"):
            table[phrase] = Entry("G", group)
    return set()
