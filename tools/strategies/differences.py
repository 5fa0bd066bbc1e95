"""What is different between two versions of a specification, in words, one line for each part."""

from tools.strategies.conditions import Condition
from tools.strategies.english import condition_in_words
from tools.strategies.spec import Specification
from tools.strategies.templates import Pair, Templates

_LIMITS = {
    "stop_loss": "stop",
    "trailing_stop": "trailing stop",
    "take_profit": "target",
    "max_holding_bars": "longest holding",
}


def differences(before: Specification, after: Specification, templates: Templates) -> tuple[str, ...]:
    """Lines such as `stop: 2 % → 3 %`; empty where nothing changed."""
    old, new = templates.expand(before), templates.expand(after)
    lines: list[str] = []
    for side, pairs in (("", (old.long, new.long)), ("short ", (old.short, new.short))):
        lines += _conditions(side, *pairs)
    lines += [
        _line(name, _limit(key, getattr(before.risk, key)), _limit(key, getattr(after.risk, key)))
        for key, name in _LIMITS.items()
    ]
    lines.append(_line("ATR stop", _atr(before), _atr(after)))
    lines.append(_line("trades", " and ".join(before.symbols), " and ".join(after.symbols)))
    lines.append(_line("side", before.side.replace("_", "/"), after.side.replace("_", "/")))
    lines.append(_line("sizing", _part(before.sizing), _part(after.sizing)))
    lines.append(_line("costs", _part(before.costs), _part(after.costs)))
    lines.append(_line("period", _part(before.period), _part(after.period)))
    lines.append(_line("fill", before.fill.replace("_", " "), after.fill.replace("_", " ")))
    return tuple(line for line in lines if line)


def _conditions(side: str, old: Pair | None, new: Pair | None) -> list[str]:
    was, now = old or Pair(None, None), new or Pair(None, None)
    return [
        _line(f"{side}entry", _said(was.entry), _said(now.entry)),
        _line(f"{side}exit", _said(was.exit), _said(now.exit)),
    ]


def _said(condition: Condition | None) -> str:
    return condition_in_words(condition) if condition is not None else ""


def _line(name: str, before: str, after: str) -> str:
    if before == after:
        return ""
    return f"{name}: {before or 'none'} → {after or 'none'}"


def _limit(key: str, value: float | int | None) -> str:
    if value is None:
        return ""
    return f"{value} days" if key == "max_holding_bars" else f"{round(value * 100, 8):g} %"


def _atr(specification: Specification) -> str:
    stop = specification.risk.atr_stop
    if stop is None:
        return ""
    return f"{stop.multiple:g} times ATR({stop.period}){', trailing' if stop.trailing else ''}"


def _part(part: object) -> str:
    values: dict[str, object] = part.model_dump(mode="json", exclude_none=True)  # type: ignore[attr-defined]
    return ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in values.items())
