"""What is different between two versions of a specification, in words, one line for each part."""

from tools.strategies.conditions import Condition
from tools.strategies.phrases import condition_in_words
from tools.strategies.spec import Specification
from tools.strategies.templates import Pair, Templates
from tools.strategies.timeframes import UNITS

_LIMITS = {
    "stop_loss": "stop",
    "trailing_stop": "trailing stop",
    "take_profit": "target",
    "max_holding_bars": "longest holding",
    "r_target": "target in R",
}
_BARS = {"1d": "daily", "1w": "weekly", "1mo": "monthly"}


def differences(before: Specification, after: Specification, templates: Templates) -> tuple[str, ...]:
    """Lines such as `stop: 2 % → 3 %`; empty where nothing changed."""
    old, new = templates.expand(before), templates.expand(after)
    lines: list[str] = []
    units = UNITS[before.timeframe], UNITS[after.timeframe]
    for side, pairs in (("", (old.long, new.long)), ("short ", (old.short, new.short))):
        lines += _conditions(side, *pairs, units)
    lines += [
        _line(
            name,
            *(_limit(key, getattr(one.risk, key), unit) for one, unit in zip((before, after), units, strict=True)),
        )
        for key, name in _LIMITS.items()
    ]
    lines.append(_line("ATR stop", _atr(before), _atr(after)))
    lines.append(_line("ATR target", _atr_target(before), _atr_target(after)))
    lines.append(_line("bars", _BARS[before.timeframe], _BARS[after.timeframe]))
    lines.append(_line("trades", " and ".join(before.symbols), " and ".join(after.symbols)))
    lines.append(_line("side", before.side.replace("_", "/"), after.side.replace("_", "/")))
    lines.append(_line("sizing", _part(before.sizing), _part(after.sizing)))
    lines.append(_line("costs", _part(before.costs), _part(after.costs)))
    lines.append(_line("period", _part(before.period), _part(after.period)))
    lines.append(_line("fill", before.fill.replace("_", " "), after.fill.replace("_", " ")))
    return tuple(line for line in lines if line)


def _conditions(side: str, old: Pair | None, new: Pair | None, units: tuple[str, str]) -> list[str]:
    was, now = old or Pair(None, None), new or Pair(None, None)
    return [
        _line(f"{side}entry", _said(was.entry, units[0]), _said(now.entry, units[1])),
        _line(f"{side}exit", _said(was.exit, units[0]), _said(now.exit, units[1])),
    ]


def _said(condition: Condition | None, unit: str) -> str:
    return condition_in_words(condition, unit) if condition is not None else ""


def _line(name: str, before: str, after: str) -> str:
    if before == after:
        return ""
    return f"{name}: {before or 'none'} → {after or 'none'}"


def _limit(key: str, value: float | int | None, unit: str) -> str:
    if value is None:
        return ""
    if key == "r_target":
        return f"{value:g}R"
    return f"{value} {unit}s" if key == "max_holding_bars" else f"{round(value * 100, 8):g} %"


def _atr(specification: Specification) -> str:
    stop = specification.risk.atr_stop
    if stop is None:
        return ""
    return f"{stop.multiple:g} times ATR({stop.period}){', trailing' if stop.trailing else ''}"


def _atr_target(specification: Specification) -> str:
    target = specification.risk.atr_target
    return f"{target.multiple:g} times ATR({target.period})" if target else ""


def _part(part: object) -> str:
    values: dict[str, object] = part.model_dump(mode="json", exclude_none=True)  # type: ignore[attr-defined]
    return ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in values.items())
