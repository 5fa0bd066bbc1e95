"""Stops, targets, holding times, sizes, costs and the days to test, into the parts of a strategy."""

import datetime

from tools.strategies import conditions as c
from tools.strategies.language.asking import Notes, Unclear
from tools.strategies.language.parts import Parts, Side, SideParts
from tools.strategies.language.reading import Conditions
from tools.strategies.language.said import Memory
from tools.strategies.language.trees import Node, first, kinds, number, text_of, tokens, trees

_SHARES = {"HALFOF": 0.5, "QUARTER": 0.25, "THIRD": 1 / 3, "FIFTH": 0.2, "TENTH": 0.1}


class Limits:
    """Reads them for one message."""

    notes: Notes
    memory: Memory
    conditions: Conditions
    parts: Parts
    side: Side
    bars_in_year: int

    def _fill(self, piece: Node) -> None:
        self.parts.fill = "close" if "ATCLOSE" in kinds(piece) else "next_open"

    def _look_for_fill(self, piece: Node) -> None:
        if {"ATCLOSE", "ATOPEN"} & set(kinds(piece)):
            self._fill(piece)
        if "LONGONLY" in kinds(piece):
            self.parts.long_only = True

    def _stop(self, piece: Node) -> None:
        self._limit("stop_loss", abs(number(first(piece, ["PCT", "NEGPCT"]))))

    def _stop_number(self, piece: Node) -> None:
        self._limit("stop_loss", self._share(piece))

    def _trail_number(self, piece: Node) -> None:
        self._limit("trailing_stop", self._share(piece))

    def _target_number(self, piece: Node) -> None:
        self._limit("take_profit", self._share(piece))

    def _share(self, piece: Node) -> float:
        """A limit without a unit: below 1 a fraction, otherwise percent; the reading is said."""
        value = number(first(piece, ["NUM"]))
        share = value if value < 1 else value / 100
        self.notes.assume(f"“{text_of(piece)}” is read as {round(share * 100, 6):g} %")
        return share

    def _trail(self, piece: Node) -> None:
        self._limit("trailing_stop", abs(number(first(piece, ["PCT", "NEGPCT"]))))

    def _target(self, piece: Node) -> None:
        self._limit("take_profit", abs(number(first(piece, ["PCT", "PLUSPCT"]))))

    def _limit(self, name: str, value: object) -> None:
        if name in self.parts.risk and self.parts.risk[name] != value:
            raise Unclear(f"There are two values for the {name.replace('_', ' ')}; which one is meant?")
        self.parts.risk[name] = value

    def _hold_for(self, piece: Node) -> None:
        token = first(piece, ["AFTERDUR", "INDUR", "MAXDUR", "FORDUR", "DUR"])
        self._limit("max_holding_bars", max(1, int(number(token))))

        self.parts.held = "HOLD" in kinds(piece) and not {"MAXDUR", "ATLATEST"} & set(kinds(piece))

    def _hold_number(self, piece: Node) -> None:
        self._limit("max_holding_bars", max(1, int(number(first(piece, ["NUM"])))))

    def _hold_one(self, _: Node) -> None:
        self._limit("max_holding_bars", 1)

    def _hold_nth(self, piece: Node) -> None:
        nth = int(number(first(piece, ["ORDINAL"])))
        calendar = any(isinstance(node, c.Calendar) for node in c.walk(self.parts.long.entry))
        if calendar:
            day = c.Calendar(field="trading_day_of_month")
            self._of(self.side).exits.append(c.Comparison(op="==", left=day, right=nth))
        else:
            self._limit("max_holding_bars", nth)

    def _atr_stop(self, piece: Node) -> None:
        self._atr(*self._atr_size(trees(piece)[0]), trailing=False)

    def _atr_trail(self, piece: Node) -> None:
        self._atr(*self._atr_size(trees(piece)[0]), trailing=True)

    def _atr_times(self, piece: Node) -> None:
        self._atr(number(first(piece, ["NUM"])), 14, trailing=False, usual=True)

    def _atr_trail_times(self, piece: Node) -> None:
        self._atr(number(first(piece, ["NUM"])), 14, trailing=True, usual=True)

    def _atr_bare(self, piece: Node) -> None:
        length = first(piece, ["DUR"])
        self.notes.assume("the ATR stop is 2 ATR away, since you gave no multiple")
        self._atr(2.0, int(number(length)) if length else 14, trailing=False, usual=length is None)

    def _atr(self, multiple: float, period: int, *, trailing: bool, usual: bool = False) -> None:
        if usual:
            self.notes.assume("ATR is ATR(14), since you gave no period")
        self._limit("atr_stop", {"multiple": multiple, "period": period, "trailing": trailing})

    def _atr_size(self, node: Node) -> tuple[float, int]:
        said = tokens(node)
        atr_at = next(at for at, token in enumerate(said) if token.kind == "ATR")
        before = [token for token in said[:atr_at] if token.kind in {"NUM", "TWICE", "TRIPLE"}]
        lengths = [token for token in said if token.kind in {"DUR", "FORDUR", "INDUR"}]
        after = [token for token in said[atr_at + 1 :] if token.kind in {"NUM", "PER"}]
        if before:
            multiple = {"TWICE": 2.0, "TRIPLE": 3.0}.get(before[0].kind, number(before[0]))
            period = lengths or after
        else:
            multiple, period = number(after[-1]), lengths or after[:-1]
        known = self.memory.periods.get("ATR", {}).get("timeperiod")
        if not period and not known:
            self.notes.assume("ATR is ATR(14), since you gave no period")
        return multiple, int(number(period[0])) if period else int(known or 14)

    def _atr_target(self, piece: Node) -> None:
        multiple, period = self._atr_size(trees(piece)[0])
        self._limit("atr_target", {"multiple": multiple, "period": period})

    def _r_target(self, piece: Node) -> None:
        """ "2R", "twice the risk", "risk/reward 1:2": a multiple of the distance to the stop."""
        said = [number(token) for token in tokens(piece) if token.kind in {"RMULT", "NUM"}]
        words = [{"TWICE": 2.0, "TRIPLE": 3.0}[kind] for kind in kinds(piece) if kind in {"TWICE", "TRIPLE"}]
        numbers = said or words
        self._limit("r_target", max(numbers) / min(numbers) if len(numbers) > 1 else numbers[0])

    def _scaling(self, piece: Node) -> None:
        raise Unclear(
            f"“{text_of(piece)}”: a position is opened and closed as a whole here. What closes all of it?",
            "sell all of it at a 5 % profit",
            "sell when RSI is over 70",
        )

    def _daily_only(self, piece: Node) -> None:
        raise Unclear(
            f"“{text_of(piece)}”: strategies run on daily, weekly or monthly bars here. Which of them is meant?",
            "on daily bars",
            "on weekly bars",
        )

    def _stop_bare(self, _: Node) -> None:
        if not {"stop_loss", "atr_stop", "trailing_stop"} & self.parts.risk.keys():
            raise Unclear("How far away is the stop?", "a 3 % stop", "a stop 2 ATR below the entry")

    def _trail_bare(self, _: Node) -> None:
        if "trailing_stop" not in self.parts.risk and "atr_stop" not in self.parts.risk:
            raise Unclear("How far behind does the stop trail?", "a 5 % trailing stop", "a 3 ATR trailing stop")

    def _target_bare(self, _: Node) -> None:
        if not {"take_profit", "atr_target", "r_target"} & self.parts.risk.keys():
            raise Unclear("How far away is the target?", "take profit at 5 %")

    def _size(self, piece: Node) -> None:
        self.parts.sizing["fraction"] = number(first(piece, ["PCT"]))

    def _size_part(self, piece: Node) -> None:
        self.parts.sizing["fraction"] = _SHARES[next(kind for kind in kinds(piece) if kind in _SHARES)]

    def _risk_per(self, piece: Node) -> None:
        self.parts.sizing["risk_per_trade"] = number(first(piece, ["PCT"]))
        self.parts.per_trade = bool({"PERTRADE", "SIZE"} & set(kinds(piece)))

    def _fee(self, piece: Node) -> None:
        self.parts.costs["fee"] = number(first(piece, ["PCT"]))

    def _slippage(self, piece: Node) -> None:
        self.parts.costs["slippage"] = number(first(piece, ["PCT"]))

    def _no_costs(self, piece: Node) -> None:
        said = kinds(piece)
        self.parts.costs["fee"] = 0.0
        if "SLIPPAGE" in said or "FEE" in said:
            self.parts.costs["slippage"] = 0.0 if "SLIPPAGE" in said else self.parts.costs.get("slippage", 0.0)

    def _of(self, side: Side) -> SideParts:
        return self.parts.long if side == "long" else self.parts.short

    def _years(self, piece: Node) -> None:
        token = first(piece, ["YEARS"])
        if token is not None and isinstance(token.value, tuple):
            self._from(datetime.date(int(token.value[0]), 1, 1))
            self._until(datetime.date(int(token.value[1]), 12, 31))

    def _from_to(self, piece: Node) -> None:
        start, end = [token for token in tokens(piece) if token.kind in {"YEAR", "DATE"}]
        self._from(_day(start.value, last=False))
        self._until(_day(end.value, last=True))

    def _from_on(self, piece: Node) -> None:
        self._from(_day(tokens_of_time(piece), last=False))

    def _up_to(self, piece: Node) -> None:
        self._until(_day(tokens_of_time(piece), last=True))

    def _within_year(self, piece: Node) -> None:
        self._from(_day(tokens_of_time(piece), last=False))
        self._until(_day(tokens_of_time(piece), last=True))

    def _last_years(self, piece: Node) -> None:
        self.parts.last_years = max(1, round(number(first(piece, ["INLASTDUR"])) / self.bars_in_year))

    def _from(self, day: datetime.date) -> None:
        self.parts.period["start"] = day

    def _until(self, day: datetime.date) -> None:
        self.parts.period["end"] = day


def tokens_of_time(piece: Node) -> object:
    """The value of the date or year under a node."""
    token = first(piece, ["YEAR", "DATE"])
    return token.value if token else None


def _day(value: object, *, last: bool) -> datetime.date:
    """The first or last day of a year, a month or a date as the tokens carry them."""
    if isinstance(value, tuple):
        year, month, day = (int(part) for part in value)
        if day:
            return datetime.date(year, month, day)
        following = datetime.date(year + month // 12, month % 12 + 1, 1)
        return following - datetime.timedelta(days=1) if last else datetime.date(year, month, 1)
    year = int(value) if isinstance(value, int | float) else 1900
    return datetime.date(year, 12, 31) if last else datetime.date(year, 1, 1)
