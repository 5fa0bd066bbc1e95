"""The parts that were said to a specification: what is missing is taken as the field takes it, and said, or asked."""

from dataclasses import dataclass

from pydantic import JsonValue

from tools.strategies import conditions as c
from tools.strategies.conditions import Condition
from tools.strategies.language.asking import Notes, Question, Refused
from tools.strategies.language.joining import both, either, inverse, reverse
from tools.strategies.language.named import USUAL_LEVELS, Named
from tools.strategies.language.parts import Parts, SideParts
from tools.strategies.language.said import unit
from tools.strategies.language.words import ZONES, label_of
from tools.strategies.spec import Specification
from tools.strategies.templates import Pair, Templates

_PLANS = ("take_profit", "atr_target", "r_target", "trailing_stop", "max_holding_bars")
_WAYS_OUT = ("exit after 10 days", "exit when RSI is over 70", "take profit at 5 %", "with a 5 % trailing stop")


@dataclass(frozen=True, slots=True)
class Built:
    """JSON of a specification, without name and symbols; None where a question is open."""

    json: dict[str, JsonValue] | None


class Builder:
    """Puts the parts of one message together."""

    def __init__(self, notes: Notes, templates: Templates) -> None:
        self.notes, self.templates = notes, templates

    def build(self, parts: Parts) -> dict[str, JsonValue] | None:
        """The JSON of the specification; None where something has to be asked first."""
        strategies = [named for named in parts.named if named.template or named.entry is not None]
        if len({(named.template, str(named.parameters), named.side) for named in strategies}) > 1 and all(
            one.side == "long" for one in strategies
        ):
            names = " and ".join(f"“{named.said}”" for named in strategies)
            self.notes.ask(Question(f"{names} are strategies of their own; how do they go together?"))
            return None
        self._named(strategies, parts)
        self._only_exit_given(parts)
        self._risk_without_stop(parts)
        self._apply_filters(parts)
        if not self._has_entry(parts):
            return None
        if parts.short.bare and parts.short.entry is None and not parts.both_sides:
            self.notes.ask(
                Question("When should it go short?", ("short when RSI is over 70", "short on the opposite cross"))
            )
            return None
        if "r_target" in parts.risk and not {"stop_loss", "trailing_stop", "atr_stop"} & parts.risk.keys():
            self.notes.ask(
                Question(
                    "A target in R is a multiple of the distance to the stop. How far away is the stop?",
                    ("a 3 % stop", "a stop 2 ATR below the entry"),
                )
            )
            return None
        conditions = self._sides(parts)
        if conditions is None or self.notes.questions or self._unused(parts, conditions):
            return None
        return {**conditions, **self._limits(parts)}

    def _unused(self, parts: Parts, conditions: dict[str, JsonValue]) -> bool:
        """Whether something is mentioned that no condition uses; then it is asked about."""
        written = str(
            {**conditions, **parts.risk, **({"ATR": 1} if {"atr_stop", "atr_target"} & parts.risk.keys() else {})}
        )
        unused = [said for said, name in parts.mentioned if name not in written]
        for said in unused:
            self.notes.ask(Question(f"You mention “{said}”, and no rule uses it. What should it be compared with?"))
        return bool(unused)

    # named strategies

    def _named(self, strategies: list[Named], parts: Parts) -> None:
        said_entry = parts.long.entry is not None or parts.short.entry is not None
        for named in strategies:
            if named.label_only and said_entry and self._said_itself(named, parts):
                for taken in [
                    one for one in self.notes.assumed if one == USUAL_LEVELS or one.startswith("the channels are")
                ]:
                    del self.notes.assumed[taken]
                if named.entry is not None and parts.long.entry is not None and _only_a_season(parts.long.entry):
                    parts.long.entry = named.entry
                if not (parts.long.exits or parts.risk) and named.exit is not None:
                    parts.long.exits.append(named.exit)
            else:
                self._take(named, parts)

    def _take(self, named: Named, parts: Parts) -> None:
        """A named strategy as conditions of its side; `_fold` finds the template again where nothing changed it."""
        pair = self._pair(named, named.side)
        side = parts.short if named.side == "short" else parts.long
        if side.entry is None:
            side.entry = pair.entry
        elif named.template or named.entry is not None:
            side.entry = both(*(one for one in (pair.entry, side.entry) if one is not None))
        if not side.exits and pair.exit is not None and not parts.held:
            side.exits.append(pair.exit)
        side.bare = side.bare or named.template == "buy_and_hold"

    @staticmethod
    def _said_itself(named: Named, parts: Parts) -> bool:
        """Whether the entry that was said is the named strategy's own: "RSI bounce: in under 8"."""
        return named.template != "rsi_mean_reversion" or "'RSI'" in str(_json(parts.long.entry))

    def _pair(self, named: Named, side: str) -> Pair:
        if not named.template:
            return Pair(named.entry, named.exit)
        template = self.templates.get(named.template)
        wrong = template.wrong_parameters(named.parameters)
        if wrong:
            raise Refused(f"{wrong[0][0].upper()}{wrong[0][1:]}.")
        return template.conditions("short" if side == "short" else "long", template.complete(named.parameters))

    # what is there

    def _only_exit_given(self, parts: Parts) -> None:
        """ "Hold it, but get out when ...": in whenever that is not so."""
        side = parts.long
        if side.entry is None and side.state and side.exits:
            side.entry = inverse(side.exits[0])
            self.notes.assume("it is held whenever the exit's condition is not true")

    def _risk_without_stop(self, parts: Parts) -> None:
        """ "Take 3 % profit, risk 2 %": with no stop to size by, and nothing said of the account, the risk is the stop."""
        stops = {"stop_loss", "trailing_stop", "atr_stop"} & parts.risk.keys()
        if "risk_per_trade" in parts.sizing and not stops and not parts.per_trade:
            share = parts.sizing.pop("risk_per_trade")
            parts.risk["stop_loss"] = share
            self.notes.assume(f"the risk of {round(share * 100, 6):g} % is read as a stop that far below the entry")

    def _apply_filters(self, parts: Parts) -> None:
        for side in (parts.long, parts.short):
            if side.entry is not None and parts.filters:
                side.entry = both(side.entry, *parts.filters)
        if parts.filters and parts.long.entry is None and parts.short.entry is None and parts.long.bare:
            parts.long.entry = both(*parts.filters)
            parts.long.state = parts.long.state or not (parts.long.exits or parts.risk)

    def _has_entry(self, parts: Parts) -> bool:
        if parts.long.entry is not None or parts.short.entry is not None:
            return True
        if parts.long.exits or parts.short.exits or parts.risk:
            self.notes.ask(
                Question(
                    "That says when to get out. When should it get in?",
                    ("buy when RSI is under 30", "buy on a 20-day high"),
                )
            )
        elif any("momentum" in named.said for named in parts.named):
            self.notes.ask(Question("Momentum over how long?", ("6-month momentum", "12-month momentum")))
        elif not self.notes.questions:
            self.notes.ask(
                Question(
                    "When should it buy, and when should it sell?",
                    (
                        "buy when RSI is under 30, sell when it is over 70",
                        "golden cross",
                        "buy a 20-day high, sell a 10-day low",
                    ),
                )
            )
        return False

    # sides

    def _sides(self, parts: Parts) -> dict[str, JsonValue] | None:
        if parts.both_sides and parts.short.entry is None and parts.long.entry is not None:
            return self._mirrored(parts)
        if parts.short.entry is None:
            return self._one_side("long", parts.long, parts)
        if parts.long.entry is None:
            return self._one_side("short", parts.short, parts)
        written = {"side": "long_short", "entry": _json(parts.long.entry), "short_entry": _json(parts.short.entry)}
        for key, side in (("exit", parts.long), ("short_exit", parts.short)):
            exits = [*side.exits, *self._reversed(side)]
            if side.state and not exits and side.entry is not None:
                exits = [_out_of_state(side.entry)]
            if exits:
                written[key] = _json(_any(exits))
        if "exit" not in written and "short_exit" not in written:
            self.notes.assume("each side is held until the other side's entry")
        return written

    def _mirrored(self, parts: Parts) -> dict[str, JsonValue] | None:
        """Both directions with conditions for one: the exit, or the opposite of the entry, opens the short."""
        long = parts.long
        if long.entry is None:
            return None
        back = long.exits[0] if len(long.exits) == 1 else reverse(long.entry) or self._mirror(long.entry)
        if back is None:
            self.notes.ask(
                Question("When should it go short?", ("short on the opposite cross", "short when RSI is over 70"))
            )
            return None
        self.notes.assume("what closes the long opens the short, and the other way round")
        return {"side": "long_short", "entry": _json(long.entry), "short_entry": _json(back)}

    def _one_side(self, which: str, side: SideParts, parts: Parts) -> dict[str, JsonValue] | None:
        written: dict[str, JsonValue] = {"side": which, "entry": _json(side.entry)}
        exits = [*side.exits, *self._reversed(side)]
        if not exits and not isinstance(side.entry, c.Always):
            exits = self._implied(side, parts)
        if exits:
            written["exit"] = _json(_any(exits))
        return written

    def _reversed(self, side: SideParts) -> list[Condition]:
        if not side.reverses or side.entry is None:
            return []
        back = reverse(side.entry)
        if back is not None:
            return [back]
        mirrored = self._mirror(side.entry)
        if mirrored is not None:
            return [mirrored]
        self.notes.ask(Question("What is the reverse of the entry?", _WAYS_OUT))
        return []

    def _implied(self, side: SideParts, parts: Parts) -> list[Condition]:
        """An exit where none was said: the field's usual one where there is one, and a question where there is none."""
        if side.entry is None:
            return []
        if side.state or _only_a_season(side.entry):
            return [_out_of_state(side.entry)]
        if any(name in parts.risk for name in _PLANS) or self._trails(parts):
            return []
        back = reverse(side.entry)
        if back is not None:
            self.notes.assume("it exits on the cross back, since you gave no exit")
            return [back]
        if {"stop_loss", "atr_stop"} & parts.risk.keys():
            self.notes.assume("the stop is the only way out, since you gave no exit")
            return []
        mirrored = self._mirror(side.entry)
        if mirrored is None:
            self.notes.ask(Question("When should it get out?", _WAYS_OUT))
            return []
        return [mirrored]

    @staticmethod
    def _trails(parts: Parts) -> bool:
        stop = parts.risk.get("atr_stop")
        return isinstance(stop, dict) and bool(stop.get("trailing"))

    def _mirror(self, entry: Condition) -> Condition | None:
        """The usual opposite of a single condition: overbought for oversold, the other side of an average or of zero."""
        if isinstance(entry, c.All):
            found = [one for one in map(self._mirror, entry.conditions) if one is not None]
            return (
                found[0]
                if found and isinstance(entry.conditions[0], c.Comparison) and self._mirror(entry.conditions[0])
                else None
            )
        if not isinstance(entry, c.Comparison):
            return None
        left, right = entry.left, entry.right
        if isinstance(left, c.Indicator) and left.name in ZONES and isinstance(right, int | float):
            return self._other_zone(entry, left, float(right))
        if entry.op in {">", ">="} and (_is_trend(left, right) or (unit(left) == "fraction" and right == 0)):
            self.notes.assume("it exits when that is no longer so, since you gave no exit")
            return inverse(entry)
        if (
            isinstance(right, c.Indicator)
            and right.name == "BBANDS"
            and right.output == "lowerband"
            and entry.op == "<"
        ):
            self.notes.assume("it exits at the middle band, since you gave no exit")
            return c.Comparison(op=">", left=left, right=right.model_copy(update={"output": "middleband"}))
        return None

    def _other_zone(self, entry: c.Comparison, left: c.Indicator, level: float) -> Condition | None:
        low, high = ZONES[left.name]
        if entry.op in {"<", "<="} and level == low:
            self.notes.assume(f"it exits when {label_of(left.name)} is over {high:g}, since you gave no exit")
            return c.Comparison(op=">", left=left, right=high)
        if entry.op in {">", ">="} and level == high:
            self.notes.assume(f"it exits when {label_of(left.name)} is under {low:g}, since you gave no exit")
            return c.Comparison(op="<", left=left, right=low)
        return None

    # limits

    @staticmethod
    def _limits(parts: Parts) -> dict[str, JsonValue]:
        _check_limits(parts)
        written: dict[str, JsonValue] = {}
        for key, values in (("risk", parts.risk), ("sizing", parts.sizing), ("costs", parts.costs)):
            if values:
                written[key] = dict(values)  # type: ignore[arg-type]
        if parts.period:
            written["period"] = {key: day.isoformat() for key, day in parts.period.items()}
        if parts.fill:
            written["fill"] = parts.fill
        return written


_NAMES_OF_LIMITS = {"stop_loss": "stop loss", "trailing_stop": "trailing stop"}


def _check_limits(parts: Parts) -> None:
    for key, name in _NAMES_OF_LIMITS.items():
        value = parts.risk.get(key)
        if isinstance(value, float) and value >= 1:
            raise Refused(
                f"A {name} of {value * 100:g} % is further away than the whole price; write one below 100 %."
            )
    target = parts.risk.get("take_profit")
    if isinstance(target, float) and target > 10:
        raise Refused(f"A target of {target * 100:g} % cannot be meant; the most is 1,000 %.")
    share = parts.sizing.get("fraction", 0.0)
    if share > 1:
        raise Refused(
            f"A position of {share * 100:g} % of the account needs leverage, which is not drafted; 100 % is the most."
        )


def fold(specification: Specification, templates: Templates) -> Specification:
    """The specification by its template where its conditions are exactly those of one."""
    if specification.template != "rules" or specification.side == "long_short":
        return specification
    wanted = {"entry": _json(specification.entry), "exit": _json(specification.exit)}
    for template in templates.by_name.values():
        side = template.long if specification.side == "long" else template.short
        if side is None:
            continue
        bound: dict[str, float] = {}
        if _unify(side.entry, wanted["entry"], bound) and _unify(side.exit, wanted["exit"], bound):
            whole = {
                key: int(value) if template.parameters[key].type == "integer" else value
                for key, value in bound.items()
            }
            if not template.wrong_parameters(whole) and _same(template, specification.side, whole, wanted):
                update = {
                    "template": template.name,
                    "parameters": template.complete(whole),
                    "entry": None,
                    "exit": None,
                }
                return specification.model_copy(update=update)
    return specification


def _same(template, side: str, values: dict[str, float], wanted: dict[str, JsonValue]) -> bool:  # type: ignore[no-untyped-def]
    pair = template.conditions(side, template.complete(values))
    return bool(_json(pair.entry) == wanted["entry"] and _json(pair.exit) == wanted["exit"])


def _unify(written: JsonValue, found: JsonValue, bound: dict[str, float]) -> bool:
    """Whether a template's condition becomes `found` for some values of its parameters, which are put into `bound`."""
    if isinstance(written, dict) and set(written) == {"param"}:
        if not isinstance(found, int | float) or isinstance(found, bool):
            return False
        name = str(written["param"])
        return bound.setdefault(name, found) == found
    if isinstance(written, dict) and isinstance(found, dict):
        return all(_unify(value, found.get(key), bound) for key, value in written.items())
    if isinstance(written, list) and isinstance(found, list):
        return len(written) == len(found) and all(_unify(a, b, bound) for a, b in zip(written, found, strict=True))
    return written == found


def _is_trend(left: object, right: object) -> bool:
    """A price above an average, an average above another, a line above its signal."""
    return isinstance(right, c.Indicator) and (
        (isinstance(left, c.Price) and right.output is None)
        or (isinstance(left, c.Indicator) and left.name == right.name)
    )


_DECIDED_ON = frozenset({"trading_day_of_month", "trading_days_left_in_month", "day_of_week", "day_of_month"})


def _out_of_state(entry: Condition) -> Condition:
    """What ends a state: its opposite, looked at on the same days where it is looked at on some days only."""
    parts = entry.conditions if isinstance(entry, c.All) else (entry,)
    days = [one for one in parts if isinstance(one, c.Comparison) and getattr(one.left, "field", "") in _DECIDED_ON]
    rest = [one for one in parts if one not in days]
    return both(*days, inverse(both(*rest))) if days and rest else inverse(entry)


def _only_a_season(entry: Condition) -> bool:
    """ "Long in December", "in the last three days of the month": in that time, and only then."""
    terms = [node for node in c.walk(entry) if isinstance(node, c.Comparison)]
    return bool(terms) and all(_is_a_season(one) for one in terms)


def _is_a_season(one: c.Comparison) -> bool:
    return isinstance(one.left, c.Calendar) and (one.left.field == "month" or one.op in ("<=", "<"))


def _any(exits: list[Condition]) -> Condition:
    return either(*exits)


def _json(condition: Condition | None) -> JsonValue:
    if condition is None:
        return None
    dumped: JsonValue = condition.model_dump(mode="json", exclude_none=True)
    return dumped
