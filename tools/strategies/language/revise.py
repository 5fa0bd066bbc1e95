"""A change of a strategy said in words ("make the stop 3 %", "only above the 200-day") applied to its specification."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from pydantic import JsonValue

from tools.strategies.conditions import Condition, Indicator, walk
from tools.strategies.language.asking import Notes, Question
from tools.strategies.language.joining import both
from tools.strategies.language.parts import Parts
from tools.strategies.spec import Specification
from tools.strategies.templates import Templates
from tools.strategies.timeframes import Timeframe

_REVISING = re.compile(
    r"^\s*(?:(?:please|pls|can you|could you|could we|can we|let'?s|ok|okay|and|now|what if|how about|what about|i'?d like|i want|we should|instead)[\s,]+)*"
    r"(?:make|change|set|use|add|put|give it|raise|widen|tighten|loosen|bump|increase|decrease|reduce|move|switch|apply|have|try|go with|revise(?: the draft)?)\b"
    r"(?:\s+(?:it|that|the|a|an|me|to|in|on))*\s*",
    re.IGNORECASE,
)
_TRAILING = re.compile(
    r"\b(?:instead(?: of .*)?|rather than .*|please|pls|to it|on it|as well|too|for this|thanks?)\b[\s.!]*$",
    re.IGNORECASE,
)
_DROPS = re.compile(
    r"\b(?:remove|drop|delete|take out|take off|ditch|get rid of|lose|no|without|scrap|cancel|kill)\s+(?:the |any |all )?"
    r"(?P<what>trailing stop|atr stop|stops?(?: loss)?|profit target|targets?|take profit|holding (?:limit|period)|time (?:stop|exit)|max(?:imum)? hold(?:ing)?(?: period)?|exit|filters?|shorts?|short side|volume (?:condition|filter)|costs?|fees)\b",
    re.IGNORECASE,
)
_LEVEL = re.compile(
    r"\b(?P<name>rsi|stochastic|cci|adx|mfi)?\s*(?P<what>period|length|lookback|window|level|threshold|oversold|overbought)(?: level| threshold)?\s*(?:to|at|of|=|:|from \d+ to)?\s*(?P<value>\d+(?:\.\d+)?)\b",
    re.IGNORECASE,
)
_PAIR = re.compile(r"^\D*?(\d+)\s*(?:/|and|,|-)\s*(\d+)\D*$")
_OFFER = Question(
    "What should change?",
    (
        "make the stop 3 %",
        "use a 14-day ATR stop instead",
        "only above the 200-day average",
        "exit when RSI is over 60",
        "use the Nasdaq",
    ),
)


_TARGETS = frozenset({"take_profit", "atr_target", "r_target"})


@dataclass(frozen=True, slots=True)
class Wish:
    """What of a message is the change itself, and what it drops or sets by name."""

    text: str
    dropped: tuple[str, ...]
    level: tuple[str, str, float] | None
    pair: tuple[int, int] | None
    in_place: bool


def wish_of(text: str) -> Wish:
    """The change without the words around it."""
    dropped = tuple(match.group("what").lower() for match in _DROPS.finditer(text))
    rest = _DROPS.sub(" ", text)
    rest = re.sub(
        r"\b(exit|entry)(?: rule| condition)? (?:to|is|should be|at)\b", r"\1 when", rest, flags=re.IGNORECASE
    )
    rest = _TRAILING.sub("", _REVISING.sub("", rest.strip())).strip(" ,.;!")
    level = _LEVEL.search(rest)
    pair = _PAIR.match(rest)
    return Wish(
        rest,
        dropped,
        (str(level.group("name") or "").upper(), level.group("what").lower(), float(level.group("value")))
        if level
        else None,
        (int(pair.group(1)), int(pair.group(2))) if pair else None,
        bool(re.search(r"\binstead\b|\buse\b|\bswitch\b|\bswap\b|\bchange\b|\bmake\b", text, re.IGNORECASE)),
    )


class Reviser:
    """Applies one change to one specification."""

    def __init__(self, notes: Notes, templates: Templates) -> None:
        self.notes, self.templates = notes, templates

    def apply(
        self, before: Specification, wish: Wish, parts: Parts | None, symbols: tuple[str, ...], timeframe: Timeframe
    ) -> dict[str, JsonValue] | None:
        """JSON of the changed specification; None where a question is open or nothing changed."""
        written = self._expanded(before) if self._touches_conditions(wish, parts) else before.to_json()
        self._drop(written, wish)
        if wish.pair and before.template != "rules":
            self._pair(written, before, wish.pair)
        elif wish.level:
            self._level(written, before, wish.level)
        elif parts is not None:
            self._parts(written, parts, wish)
        if symbols:
            written["symbols"] = list(symbols)
        written["timeframe"] = timeframe
        if self.notes.questions:
            return None
        if written in (before.to_json(), self._expanded(before)):
            self.notes.ask(_OFFER)
            return None
        return written

    @staticmethod
    def _touches_conditions(wish: Wish, parts: Parts | None) -> bool:
        if {"exit", "filter", "filters", "shorts", "short", "short side", "volume condition", "volume filter"} & set(
            wish.dropped
        ):
            return True
        if parts is None or wish.level or wish.pair:
            return False
        return bool(parts.filters or parts.long.entry or parts.long.exits or parts.short.entry or parts.short.exits)

    def _expanded(self, before: Specification) -> dict[str, JsonValue]:
        """The specification with its template's conditions written out."""
        rules = self.templates.expand(before)
        written = before.to_json()
        if before.template == "rules":
            return written
        written["template"] = "rules"
        written.pop("parameters", None)
        pairs = {
            "entry": rules.long or rules.short,
            "short_entry": rules.short if before.side == "long_short" else None,
        }
        for key, pair in pairs.items():
            if pair is not None:
                written[key] = _json(pair.entry)
                if pair.exit is not None:
                    written[key.replace("entry", "exit")] = _json(pair.exit)
        return written

    def _drop(self, written: dict[str, JsonValue], wish: Wish) -> None:
        risk = dict(_part(written, "risk"))
        for what in wish.dropped:
            if what.startswith("trailing"):
                risk.pop("trailing_stop", None)
            elif what.startswith(("stop", "atr")):
                for key in ("stop_loss", "atr_stop", *(("trailing_stop",) if what == "stops" else ())):
                    risk.pop(key, None)
            elif "target" in what or what == "take profit":
                risk = {key: value for key, value in risk.items() if key not in _TARGETS}
            elif "hold" in what or "time" in what:
                risk.pop("max_holding_bars", None)
            elif what == "exit":
                written.pop("exit", None)
            elif what.startswith("short"):
                written["side"] = "long"
                written.pop("short_entry", None)
                written.pop("short_exit", None)
            elif what.startswith(("cost", "fee")):
                written["costs"] = {"fee": 0.0, "slippage": 0.0}
            else:
                self._drop_filter(written, what)
        written["risk"] = dict(risk)

    def _drop_filter(self, written: dict[str, JsonValue], what: str) -> None:
        entry = written.get("entry")
        if not isinstance(entry, dict) or entry.get("type") != "all" or not isinstance(entry.get("conditions"), list):
            self.notes.ask(Question("There is only one entry condition, so no filter can be left out."))
            return
        conditions = list(entry["conditions"])  # type: ignore[arg-type]
        gone = [one for one in conditions if "volume" in str(one)] if "volume" in what else conditions[1:]
        if not gone:
            self.notes.ask(Question("No condition reads volume."))
            return
        kept = [one for one in conditions if one not in gone]
        written["entry"] = kept[0] if len(kept) == 1 else {"type": "all", "conditions": kept}

    def _pair(self, written: dict[str, JsonValue], before: Specification, pair: tuple[int, int]) -> None:
        template = self.templates.get(before.template)
        names = list(template.parameters)[:2]
        if before.template == "rsi_mean_reversion":
            names = ["oversold_threshold", "overbought_threshold"]
        if len(names) < 2:
            self.notes.ask(_OFFER)
            return
        written["parameters"] = {**before.parameters, names[0]: pair[0], names[1]: pair[1]}

    def _level(self, written: dict[str, JsonValue], before: Specification, level: tuple[str, str, float]) -> None:
        name, what, value = level
        length = what in {"period", "length", "lookback", "window"}
        if before.template != "rules":
            self._template_level(written, before, length, what, value)
            return
        changed = 0
        for key in ("entry", "exit", "short_entry", "short_exit"):
            condition: Condition | None = getattr(before, key)
            if condition is None:
                continue
            if not length and not key.endswith("entry"):
                continue
            new, count = _with_period(condition, name, int(value)) if length else _with_level(condition, name, value)
            written[key] = new
            changed += count
        if not changed:
            self.notes.ask(_OFFER)

    def _template_level(
        self, written: dict[str, JsonValue], before: Specification, length: bool, what: str, value: float
    ) -> None:
        template = self.templates.get(before.template)
        wanted = [key for key in template.parameters if what in key] or [
            key for key in template.parameters if ("period" in key or "window" in key) == length
        ]
        if len(wanted) != 1 and not (not length and len(wanted) > 1):
            self.notes.ask(_OFFER)
            return
        whole = template.parameters[wanted[0]].type == "integer"
        written["parameters"] = {**before.parameters, wanted[0]: int(value) if whole else value}

    def _parts(self, written: dict[str, JsonValue], parts: Parts, wish: Wish) -> None:
        for text in parts.unplaced:
            self.notes.ask(Question(f"I cannot place “{text}” in that change.", _OFFER.choices))
        short = written.get("side") == "short"
        main = parts.short if short and parts.short.entry is not None else parts.long
        if main.entry is not None and not self._is_filter(parts, wish):
            written["entry"] = _json(main.entry)
        exits = [*parts.long.exits, *(parts.short.exits if short else [])]
        if exits:
            written["exit"] = _json(exits[0] if len(exits) == 1 else both(*exits))
        filters = [*parts.filters, *([main.entry] if main.entry is not None and self._is_filter(parts, wish) else [])]
        if filters:
            old = written.get("entry")
            conditions = list(old["conditions"]) if isinstance(old, dict) and old.get("type") == "all" else [old]  # type: ignore[arg-type]
            conditions += [one for one in map(_json, filters) if one not in conditions]
            written["entry"] = conditions[0] if len(conditions) == 1 else {"type": "all", "conditions": conditions}
        if not short and parts.short.entry is not None:
            written["side"] = "long_short"
            written["short_entry"] = _json(parts.short.entry)
        self._limits(written, parts)

    @staticmethod
    def _is_filter(parts: Parts, wish: Wish) -> bool:
        """A condition without a verb narrows the entry; "buy when ..." takes its place."""
        return not re.search(r"\b(buy|enter|entry|long when|get in|go long)\b", wish.text, re.IGNORECASE)

    def _limits(self, written: dict[str, JsonValue], parts: Parts) -> None:
        risk = dict(_part(written, "risk"))
        new = parts.risk
        if "stop_loss" in new:
            risk.pop("atr_stop", None)
        if "atr_stop" in new:
            risk.pop("stop_loss", None)
        if _TARGETS & new.keys():
            risk = {key: value for key, value in risk.items() if key not in _TARGETS}
        risk.update(new)  # type: ignore[arg-type]
        written["risk"] = risk
        for key, values in (("sizing", parts.sizing), ("costs", parts.costs)):
            if values:
                written[key] = {**_part(written, key), **values}
        if parts.period:
            written["period"] = {key: day.isoformat() for key, day in parts.period.items()}
        if parts.fill:
            written["fill"] = parts.fill
        if parts.long_only:
            written["side"] = "long"
            written.pop("short_entry", None)
            written.pop("short_exit", None)
        elif parts.both_sides:
            written["side"] = "long_short"


def _part(written: dict[str, JsonValue], key: str) -> dict[str, JsonValue]:
    found = written.get(key)
    return found if isinstance(found, dict) else {}


def _with_period(condition: Condition, name: str, period: int) -> tuple[JsonValue, int]:
    """The condition with another period of an indicator; how many were changed."""
    names = {node.name for node in walk(condition) if isinstance(node, Indicator) and "timeperiod" in node.parameters}
    wanted = {name} & names if name else names if len(names) == 1 else set()

    def change(node: dict[str, JsonValue]) -> dict[str, JsonValue] | None:
        parameters = node.get("parameters")
        if node.get("name") in wanted and isinstance(parameters, dict):
            return {**node, "parameters": {**parameters, "timeperiod": period}}
        return None

    return _changed(_json(condition), change)


def _with_level(condition: Condition, name: str, level: float) -> tuple[JsonValue, int]:
    """The condition with another constant beside an indicator; how many were changed."""

    def change(node: dict[str, JsonValue]) -> dict[str, JsonValue] | None:
        left, right = node.get("left"), node.get("right")
        compared = isinstance(left, dict) and left.get("type") == "indicator" and name in {"", left.get("name")}
        return {**node, "right": level} if compared and isinstance(right, int | float) else None

    return _changed(_json(condition), change)


_Change = Callable[[dict[str, JsonValue]], dict[str, JsonValue] | None]


def _changed(node: JsonValue, change: _Change) -> tuple[JsonValue, int]:
    """The JSON with every part replaced that `change` has something else for; how many were."""
    if isinstance(node, list):
        parts = [_changed(one, change) for one in node]
        return [one for one, _ in parts], sum(count for _, count in parts)
    if not isinstance(node, dict):
        return node, 0
    new = change(node)
    if new is not None:
        return new, 1
    inner = {key: _changed(value, change) for key, value in node.items()}
    return {key: one for key, (one, _) in inner.items()}, sum(count for _, count in inner.values())


def _json(condition: Condition | None) -> JsonValue:
    if condition is None:
        return None
    dumped: JsonValue = condition.model_dump(mode="json", exclude_none=True)
    return dumped
