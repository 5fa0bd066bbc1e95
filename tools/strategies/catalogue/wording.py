"""The words for an entry of the catalogue, the same in Slack, over HTTP and on the command line."""

from tools.strategies.catalogue.finding import TEMPLATE
from tools.strategies.catalogue.model import Item, Number, Parameter
from tools.strategies.indicators import PREVIOUS_BARS
from tools.strategies.templates import Template

_SELF_EVIDENT = frozenset({"signal"})


def one_line(found: Item | Template) -> str:
    """Name and description, in mrkdwn."""
    if isinstance(found, Template):
        return f"*{_inert(found.title)}* (template): {_inert(found.description)}"
    return f"*{found.name}* (`{found.id}`): {found.description}"


def name_of(found: Item | Template) -> str:
    """What a person calls it."""
    return found.title if isinstance(found, Template) else found.name


def id_of(found: Item | Template) -> str:
    """Its id in the index."""
    return TEMPLATE + found.name if isinstance(found, Template) else found.id


def default_of(parameter: Parameter) -> str:
    """The default as people read it: the name of a kind, a plain number."""
    return parameter.choices.get(int(parameter.default), "") or f"{parameter.default:g}"


def range_of(parameter: Parameter) -> str:
    """What is allowed."""
    if parameter.choices:
        return ", ".join(parameter.choices.values())
    match parameter.minimum, parameter.maximum:
        case None, None:
            return "any number"
        case low, None:
            return f"{_plain(low)} or more"
        case None, high:
            return f"{_plain(high)} or less"
        case low, high:
            return f"{_plain(low)} to {_plain(high)}"


def facts_of(item: Item) -> list[str]:
    """What one must know to use it: lines, range, levels, warm-up, traps."""
    facts: list[str] = []
    if len(item.outputs) > 1:
        facts.append(f"Lines: {', '.join(f'{one.title} (`{one.name}`)' for one in item.outputs)}")
    if item.unit not in _SELF_EVIDENT:
        span = f", {_plain(item.range[0])} to {_plain(item.range[1])}" if item.range else ""
        facts.append(f"Unit: {item.unit}{span}")
    if item.kind == "pattern":
        signs = {
            "bullish": "100 where it completes",
            "bearish": "-100 where it completes",
            "both": "100 bullish, -100 bearish",
            "neutral": "not 0 where it completes",
        }[item.bias]
        facts.append(f"Candles: {item.bars}; value {signs}, 0 otherwise")
    if item.thresholds:
        facts.append(
            "Typical levels: " + ", ".join(f"{name} {_plain(value)}" for name, value in item.thresholds.items())
        )
    if item.warm_up:
        settle = (
            f", and about {item.settling} more until the start of the data no longer matters" if item.settling else ""
        )
        facts.append(f"Warm-up at the defaults: {item.warm_up} bars{settle}")
    if item.id in PREVIOUS_BARS or item.id in ("highest", "lowest"):
        facts.append("It is that of the bars *before* the current one, so a close can be beyond it")
    return facts


def also_called(item: Item) -> str:
    """A few other names."""
    return ", ".join(item.aliases[:8])


def short(text: str, most: int = 75) -> str:
    """The text, cut where a label would not hold it."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _plain(value: Number | None) -> str:
    return f"{value:,g}" if value is not None and abs(value) < 1e6 else str(value)


def _inert(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
