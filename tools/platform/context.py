"""What the platform says of a run's symbols now: its regime and its signal, as facts that are claims, not measurements."""

import asyncio
import re
import time
from collections.abc import Sequence

from tools.errors import NotFound, Problem
from tools.narrative.facts import Fact
from tools.narrative.names import reads_like_instruction, safe_name
from tools.platform.backtests import ENGINE, PlatformBacktests, Regime, Signal

_FRESH_SECONDS = 600.0
_MOST_SYMBOLS = 3
_CLAIM = "A claim of the platform as of its date; not measured here."


class PlatformContext:
    """Implements `tools.narrative.service.ContextSource`: asks the platform at most every ten minutes for a symbol."""

    def __init__(self, source: PlatformBacktests) -> None:
        self._source = source
        self._known: dict[str, tuple[float, tuple[Regime | None, Signal | None, bool]]] = {}

    async def facts(self, engine: str, symbols: Sequence[str]) -> tuple[Fact, ...]:
        """Facts on the first symbols of a run of the platform; none for other engines. Raises nothing."""
        if engine != ENGINE:
            return ()
        asked = [safe_name(symbol) for symbol in symbols[:_MOST_SYMBOLS]]
        answers = await asyncio.gather(*(self._about(symbol) for symbol in asked))
        found: list[Fact] = []
        for number, (symbol, (regime, signal, trouble)) in enumerate(zip(asked, answers, strict=True), 1):
            found.append(_fact(f"context.{number}.symbol", "Symbol", symbol))
            found += _regime_facts(number, symbol, regime) if regime is not None else []
            found += _signal_facts(number, symbol, signal) if signal is not None else []
            if trouble:
                found.append(_fact(f"context.{number}.trouble", "Platform", "did not answer"))
        return tuple(found)

    async def _about(self, symbol: str) -> tuple[Regime | None, Signal | None, bool]:
        until, known = self._known.get(symbol, (0.0, (None, None, True)))
        if time.monotonic() < until:
            return known
        regime, signal = await asyncio.gather(
            self._source.regime(symbol), self._source.signal(symbol), return_exceptions=True
        )
        trouble = False
        for answer in (regime, signal):
            if isinstance(answer, BaseException) and not isinstance(answer, Problem):
                raise answer
            trouble = trouble or (isinstance(answer, Problem) and not isinstance(answer, NotFound))
        fresh = (
            regime if isinstance(regime, Regime) and regime.label else None,
            signal if isinstance(signal, Signal) and signal.recommendation else None,
            trouble,
        )
        self._known[symbol] = (time.monotonic() + _FRESH_SECONDS, fresh)
        return fresh


def _regime_facts(number: int, symbol: str, regime: Regime) -> list[Fact]:
    key, day = f"context.{number}.regime", _day(regime.as_of)
    return [
        _fact(key, f"Platform's regime of {symbol}", _words(regime.label), day),
        _fact(f"{key}_confidence", f"Platform's confidence in its regime of {symbol}", regime.confidence, day),
    ]


def _signal_facts(number: int, symbol: str, signal: Signal) -> list[Fact]:
    key, day = f"context.{number}.signal", _day(signal.as_of)
    return [
        _fact(key, f"Platform's signal for {symbol}", _words(signal.recommendation), day),
        _fact(f"{key}_probability", f"Probability of the platform's signal for {symbol}", signal.probability, day),
    ]


def _fact(fact_id: str, label: str, value: float | str, period: str | None = None) -> Fact:
    unit = "text" if isinstance(value, str) else "fraction"
    source = "regime" if "regime" in fact_id else "signals" if "signal" in fact_id else "symbols"
    return Fact(fact_id, label, value, "text" if unit == "text" else "fraction", period, _CLAIM, ENGINE, source)


def _words(label: str) -> str:
    """ "strong_buy" as words; anything that is not a plain word is left out, since it comes from outside."""
    plain = re.sub(r"[^a-z ]", " ", label.lower().replace("_", " "))
    if reads_like_instruction(label):
        return "withheld"
    return " ".join(plain.split())[:40] or "unnamed"


def _day(moment: str) -> str | None:
    return moment[:10] if re.match(r"\d{4}-\d{2}-\d{2}", moment) else None
