"""The catalogue's form: items with their outputs and parameters, by id, by name, by group."""

import json
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, TypeAdapter

from tools.errors import BadInput
from tools.strategies.conditions import AnyOf, Comparison, Condition, Term

FILE = Path(__file__).parent / "catalogue.json"
_TERM: TypeAdapter[Term] = TypeAdapter(Term)

Kind = Literal["indicator", "pattern", "term"]
Number = int | float


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Parameter(_Part):
    """One number of an item. `minimum` and `maximum` are what the library accepts, both included; None is no limit.

    `choices` are the names of the values where it is a kind rather than a quantity.
    """

    name: str
    description: str
    type: Literal["integer", "number"]
    default: Number
    minimum: Number | None = None
    maximum: Number | None = None
    aliases: tuple[str, ...] = ()
    choices: dict[int, str] = Field(default_factory=dict)


class Output(_Part):
    """One series of an item. `unit` and `range` are the item's where it says nothing else."""

    name: str
    title: str
    unit: str
    range: tuple[Number, Number] | None = None
    aliases: tuple[str, ...] = ()


class Item(_Part):
    """One thing that a condition can read.

    `id` is TA-Lib's name of an indicator or pattern, or that of a term (`close`, `highest`, `month`). `inputs` are the
    fields of a bar it reads, in TA-Lib's order; `takes_series` says that another series may replace the first.
    `warm_up` bars have no value at the defaults; `settling` more pass before it hardly matters where the data began.
    `thresholds` are typical levels by what they are called. `bars` and `bias` belong to patterns.
    """

    id: str
    kind: Kind
    name: str
    description: str
    group: str
    unit: str
    range: tuple[Number, Number] | None = None
    thresholds: dict[str, Number] = Field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    takes_series: bool = False
    outputs: tuple[Output, ...]
    parameters: tuple[Parameter, ...] = ()
    warm_up: int = 0
    settling: int = 0
    bars: int = 0
    bias: Literal["", "bullish", "bearish", "both", "neutral"] = ""
    written: dict[str, JsonValue] = Field(default_factory=dict)
    """The JSON of a term, where `{param: NAME}` stands for a parameter."""

    def parameter(self, said: str) -> Parameter | None:
        """The parameter of that name or alias."""
        wanted = said.casefold()
        return next((one for one in self.parameters if wanted in (one.name, *one.aliases)), None)

    def output(self, said: str) -> Output | None:
        """The output of that name or alias."""
        wanted = said.casefold()
        return next((one for one in self.outputs if wanted in (one.name, *one.aliases)), None)

    def fires(self, bias: Literal["", "bullish", "bearish"] = "") -> Condition:
        """The condition that a pattern completes on the bar: either way, or with one of its two signs."""
        up = Comparison(op=">", left=self.term(), right=0.0)
        down = Comparison(op="<", left=self.term(), right=0.0)
        wanted = bias or (self.bias if self.bias in ("bullish", "bearish") else "")
        return up if wanted == "bullish" else down if wanted == "bearish" else AnyOf(conditions=(up, down))

    def term(self, parameters: Mapping[str, Number] | None = None, output: str | None = None) -> Term:
        """The term of a condition that reads this item. Raises `BadInput` for a parameter or output it does not have."""
        given = dict(parameters or {})
        for name in given:
            if name not in {one.name for one in self.parameters}:
                raise BadInput(f"{self.name} has no {name}.")
        if output is not None and output not in {one.name for one in self.outputs}:
            raise BadInput(f"{self.name} has no output {output}.")
        if self.kind != "term":
            data: dict[str, JsonValue] = {"type": "indicator", "name": self.id, "parameters": dict(given)}
            if output is not None:
                data["output"] = output
            return _TERM.validate_json(json.dumps(data))
        values: dict[str, JsonValue] = {one.name: given.get(one.name, one.default) for one in self.parameters}
        filled = {
            key: values[str(value["param"])] if isinstance(value, dict) and "param" in value else value
            for key, value in self.written.items()
        }
        return _TERM.validate_json(json.dumps(filled))


class Group(_Part):
    """A shelf of the catalogue. `holds` are items of other shelves that belong to the family, too."""

    id: str
    name: str
    description: str
    aliases: tuple[str, ...] = ()
    holds: tuple[str, ...] = ()


class Catalogue(_Part):
    """All of it, in the order it is shown."""

    talib: str
    """The version of TA-Lib it was probed with."""
    groups: tuple[Group, ...]
    items: Annotated[tuple[Item, ...], Field(min_length=1)]

    def get(self, id_: str) -> Item:
        """The item of that id. Raises `BadInput`."""
        if id_ not in self._by_id:
            raise BadInput(f"There is no {id_} in the catalogue.")
        return self._by_id[id_]

    def called(self, name: str) -> tuple[Item, ...]:
        """Items whose id, name or alias is exactly this, case aside; several where a name is ambiguous."""
        return tuple(self._by_id[id_] for id_ in self._by_name.get(" ".join(name.casefold().split()), ()))

    def outputs_called(self, name: str) -> tuple[tuple[Item, Output], ...]:
        """Outputs of that name or alias (`signal line`, `upper band`), with their items."""
        return self._outputs.get(" ".join(name.casefold().split()), ())

    def names(self) -> Sequence[str]:
        """Every id, name and alias of an item, lower case."""
        return tuple(self._by_name)

    def output_names(self) -> Sequence[str]:
        """Every title and alias of an output, lower case."""
        return tuple(self._outputs)

    def of_group(self, group: str) -> tuple[Item, ...]:
        """The items on a shelf: its own, then those it holds of others."""
        own = tuple(item for item in self.items if item.group == group)
        return own + tuple(self.get(id_) for one in self.groups if one.id == group for id_ in one.holds)

    @cached_property
    def _by_id(self) -> dict[str, Item]:
        return {item.id: item for item in self.items}

    @cached_property
    def _by_name(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for item in self.items:
            for name in dict.fromkeys(one.casefold() for one in (item.id, item.name, *item.aliases)):
                found[name] = (*found.get(name, ()), item.id)
        return found

    @cached_property
    def _outputs(self) -> dict[str, tuple[tuple[Item, Output], ...]]:
        found: dict[str, tuple[tuple[Item, Output], ...]] = {}
        for item in self.items:
            for output in item.outputs if len(item.outputs) > 1 else ():
                for name in dict.fromkeys(one.casefold() for one in (output.title, *output.aliases)):
                    found[name] = (*found.get(name, ()), (item, output))
        return found


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """The catalogue that ships, read once."""
    return Catalogue.model_validate_json(FILE.read_bytes())
