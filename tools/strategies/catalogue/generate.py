"""Makes catalogue.json: what people wrote of each item, and what TA-Lib itself accepts and answers, found by asking it.

python -m tools.strategies.catalogue.generate [--check]
"""

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Final, Literal

import numpy as np
import yaml
from pydantic import BaseModel, ConfigDict, Field, JsonValue, TypeAdapter

from tools.strategies import indicators
from tools.strategies.catalogue.model import FILE, Catalogue, Group, Item, Number, Output, Parameter
from tools.strategies.ta import talib

FOLDER: Final = Path(__file__).parent
LEFT_OUT: Final = frozenset("ATAN CEIL COS FLOOR SIN TAN TANH".split())
"""Functions that can be computed, and mean nothing of a price."""
_FAR: Final = 3e37
_INTEGER_FAR: Final = 1_000_000
_AVERAGES: Final[Mapping[int, str]] = dict(
    enumerate("SMA EMA WMA DEMA TEMA TRIMA KAMA MAMA T3 HMA none default ZLEMA RMA".split())
)
"""TA-Lib's kinds of moving average; `default` is the function's own."""


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Means(_Written):
    """A parameter or group as people wrote it."""

    name: str = ""
    meaning: Annotated[str, Field(alias="is", min_length=1)]
    aliases: tuple[str, ...] = ()
    holds: tuple[str, ...] = ()


class _TermParameter(_Written):
    meaning: Annotated[str, Field(alias="is", min_length=1)]
    default: int
    minimum: int
    maximum: int


class _Output(_Written):
    name: str
    unit: str = ""
    range: tuple[Number, Number] | None = None
    aliases: tuple[str, ...] = ()


class _Item(_Written):
    """One entry of items/*.yaml."""

    name: Annotated[str, Field(min_length=1)]
    meaning: Annotated[str, Field(alias="is", min_length=1, max_length=200)]
    group: str = "pattern"
    unit: str = "signal"
    range: tuple[Number, Number] | None = None
    thresholds: dict[str, Number] = Field(default_factory=dict)
    aliases: tuple[str, ...]
    outputs: dict[str, _Output] = Field(default_factory=dict)
    parameters: dict[str, _TermParameter] = Field(default_factory=dict)
    bars: int = 0
    bias: Literal["", "bullish", "bearish", "both", "neutral"] = ""
    term: dict[str, JsonValue] = Field(default_factory=dict)


def generate() -> Catalogue:
    """The whole catalogue, from the YAML files and the installed TA-Lib."""
    meanings = TypeAdapter(dict[str, _Means]).validate_python(_yaml(FOLDER / "parameters.yaml"))
    groups = TypeAdapter(dict[str, _Means]).validate_python(_yaml(FOLDER / "groups.yaml"))
    written: dict[str, _Item] = {}
    for path in sorted((FOLDER / "items").glob("*.yaml")):
        written.update(TypeAdapter(dict[str, _Item]).validate_python(_yaml(path)))
    order = list(groups)
    items = [_term(id_, item) if item.term else _indicator(id_, item, meanings) for id_, item in written.items()]
    return Catalogue(
        talib=talib.__version__,
        groups=tuple(
            Group(id=id_, name=one.name, description=one.meaning, aliases=one.aliases, holds=one.holds)
            for id_, one in groups.items()
        ),
        items=tuple(sorted(items, key=lambda item: order.index(item.group))),
    )


def text(made: Catalogue) -> str:
    """The file's content: one item a line, so that a change shows as one."""
    head = json.dumps(made.talib)
    groups = ",\n".join(_line(group) for group in made.groups)
    items = ",\n".join(_line(item) for item in made.items)
    return f'{{"talib": {head},\n"groups": [\n{groups}],\n"items": [\n{items}]}}\n'


def _line(part: Group | Item) -> str:
    return json.dumps(part.model_dump(mode="json", exclude_defaults=True), ensure_ascii=False)


def _yaml(path: Path) -> JsonValue:
    loaded: JsonValue = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded


def _term(id_: str, item: _Item) -> Item:
    parameters = tuple(
        Parameter(
            name=name,
            description=one.meaning,
            type="integer",
            default=one.default,
            minimum=one.minimum,
            maximum=one.maximum,
        )
        for name, one in item.parameters.items()
    )
    return Item(
        **_common(id_, item).model_dump(exclude={"kind", "outputs", "parameters", "written"}),
        kind="term",
        outputs=(Output(name="value", title=item.name, unit=item.unit, range=item.range),),
        parameters=parameters,
        written=item.term,
    )


def _indicator(id_: str, item: _Item, meanings: Mapping[str, _Means]) -> Item:
    what = indicators.function(id_)
    return Item(
        **_common(id_, item).model_dump(exclude={"kind", "outputs", "inputs", "takes_series", "parameters"})
        | {"warm_up": indicators.lookback(id_, {}), "settling": indicators.settling_bars(id_, {})},
        kind="pattern" if id_.startswith("CDL") else "indicator",
        inputs=what.fields,
        takes_series=what.takes_series,
        outputs=tuple(_output(name, item) for name in what.outputs),
        parameters=tuple(_parameter(id_, name, default, meanings) for name, default in what.parameters.items()),
    )


def _common(id_: str, item: _Item) -> Item:
    return Item(
        id=id_,
        kind="indicator",
        name=item.name,
        description=item.meaning,
        group=item.group,
        unit=item.unit,
        range=item.range,
        thresholds=item.thresholds,
        aliases=tuple(alias.casefold() for alias in item.aliases),
        outputs=(),
        bars=item.bars,
        bias=item.bias,
    )


def _output(name: str, item: _Item) -> Output:
    said = item.outputs.get(name, _Output(name=item.name))
    aliases = tuple(alias.casefold() for alias in said.aliases)
    return Output(
        name=name, title=said.name, unit=said.unit or item.unit, range=said.range or item.range, aliases=aliases
    )


def _parameter(function: str, name: str, default: Number, meanings: Mapping[str, _Means]) -> Parameter:
    low, high = probed(function, name, default)
    return Parameter(
        name=name,
        description=meanings[name].meaning,
        type="integer" if isinstance(default, int) else "number",
        default=default,
        minimum=low,
        maximum=high,
        aliases=tuple(alias.casefold() for alias in meanings[name].aliases),
        choices=dict(_AVERAGES) if name.endswith("matype") else {},
    )


def probed(function: str, name: str, default: Number) -> tuple[Number | None, Number | None]:
    """Least and greatest value TA-Lib accepts, others at their defaults; None where there is no limit."""

    def accepted(value: Number) -> bool:
        return accepts(function, {name: value})

    if isinstance(default, int):
        return _integer_edge(accepted, default, -_INTEGER_FAR), _integer_edge(accepted, default, _INTEGER_FAR)
    return _real_edge(accepted, default, -_FAR), _real_edge(accepted, default, _FAR)


def accepts(function: str, parameters: Mapping[str, Number]) -> bool:
    """Whether TA-Lib takes the parameters."""
    what = indicators.function(function)
    try:
        getattr(talib, function)(*(np.ones(2) for _ in what.fields), **{**what.parameters, **parameters})
    except Exception:  # TA-Lib raises bare Exception
        return False
    return True


def _integer_edge(accepted: Callable[[Number], bool], inside: int, outside: int) -> int | None:
    if accepted(outside):
        return None
    while abs(outside - inside) > 1:
        middle = (inside + outside) // 2
        inside, outside = (middle, outside) if accepted(middle) else (inside, middle)
    return inside


def _real_edge(accepted: Callable[[Number], bool], inside: float, outside: float) -> float | None:
    """The edge to nine digits, which is the round number TA-Lib's authors wrote."""
    if accepted(outside):
        return None
    for _ in range(300):
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if accepted(middle) else (inside, middle)
    edge = round(inside, 9) + 0.0
    return edge if accepted(edge) else inside


def main() -> int:
    """Write the file, or with `--check` say whether it is what would be written."""
    made = text(generate())
    if "--check" in sys.argv[1:]:
        return 0 if FILE.read_text(encoding="utf-8") == made else 1
    FILE.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
