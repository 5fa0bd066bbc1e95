"""Strategies people know by name, as YAML files: parameters, limits, and the conditions they stand for.

The files are `templates/*.yaml`; a desk adds its own, in the same form and without code, as `strategies/*.yaml` in
its `DESKHAND_HOME`. A condition in
a file is the JSON of `conditions.py`, where `{param: NAME}` stands for a parameter's value.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, JsonValue, TypeAdapter, ValidationError, model_validator

from tools.errors import BadInput
from tools.strategies import indicators
from tools.strategies.conditions import Condition, Number
from tools.strategies.spec import Specification
from tools.strategies.wording import reasons

FOLDER = Path(__file__).parent / "templates"
_CONDITION: TypeAdapter[Condition] = TypeAdapter(Condition)
_MOST_BYTES = 200_000

Value = int | Number


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Parameter(_Part):
    """One number of a template; `minimum` and `maximum` are allowed themselves. `also` are other names people give it."""

    type: Literal["integer", "number"]
    minimum: Value
    maximum: Value
    default: Value
    description: Annotated[str, Field(min_length=1)]
    also: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _default_in_range(self) -> Self:
        if not self.minimum <= self.default <= self.maximum:
            raise ValueError(f"the default {self.default} is not between {self.minimum} and {self.maximum}")
        return self


class Constraint(_Part):
    """What must hold between two parameters, and the sentence that says so."""

    left: str
    op: Literal["<", "<=", ">", ">="]
    right: str
    message: Annotated[str, Field(min_length=1)]


class Alias(_Part):
    """Another name people use, with the parameters it implies."""

    phrase: Annotated[str, Field(min_length=1)]
    parameters: dict[str, Value] = Field(default_factory=dict)


class Side(_Part):
    """Conditions of one side; `exit` absent means until something else closes the position."""

    entry: dict[str, JsonValue]
    exit: dict[str, JsonValue] | None = None


class PlatformParameter(_Part):
    """A parameter as the desk's platform takes it: from which of ours, in which range there, times which factor."""

    param: str
    minimum: Value
    maximum: Value


class Platform(_Part):
    """The platform's strategy type that this template fits, and how its configuration names the parameters."""

    strategy_type: str
    config: dict[str, PlatformParameter] = Field(default_factory=dict)


class Template(_Part):
    """One file. `short` absent means that the template only goes long."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    title: Annotated[str, Field(min_length=1)]
    description: Annotated[str, Field(min_length=1)]
    category: Literal["trend", "mean_reversion", "momentum", "breakout", "passive", "other"]
    parameters: dict[str, Parameter] = Field(default_factory=dict)
    constraints: tuple[Constraint, ...] = ()
    long: Side
    short: Side | None = None
    aliases: tuple[Alias, ...] = ()
    examples: tuple[str, ...] = ()
    platform: Platform | None = None

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        for constraint in self.constraints:
            self._known(constraint.left, "constraints")
            self._known(constraint.right, "constraints")
        for alias in self.aliases:
            wrong = self.wrong_parameters(alias.parameters)
            if wrong:
                raise ValueError(f"alias {alias.phrase!r}: {wrong[0]}")
        for name, mapped in (self.platform.config if self.platform else {}).items():
            self._known(mapped.param, f"platform.config.{name}")
        values = self.complete({})
        for side, conditions in (("long", self.long), ("short", self.short)):
            for what in ("entry", "exit"):
                written = getattr(conditions, what) if conditions else None
                if written is not None:
                    self._condition(f"{side}.{what}", written, values)
        wrong = self.wrong_parameters({})
        if wrong:
            raise ValueError(f"the defaults do not fit each other: {wrong[0]}")
        return self

    def by_own_names(self, given: Mapping[str, Value]) -> dict[str, Value]:
        """The parameters with other names people give them turned into this template's own."""
        own = {other: name for name, parameter in self.parameters.items() for other in parameter.also}
        return {name if name in self.parameters else own.get(name, name): value for name, value in given.items()}

    def complete(self, given: Mapping[str, Value]) -> dict[str, Value]:
        """All parameters: those given, and the defaults of the others."""
        return {name: given.get(name, parameter.default) for name, parameter in self.parameters.items()}

    def wrong_parameters(self, given: Mapping[str, Value]) -> list[str]:
        """What is wrong with the parameters given, a sentence each; empty where nothing is."""
        wrong = [self._wrong_value(name, value) for name, value in given.items()]
        found = [sentence for sentence in wrong if sentence]
        if found:
            return found
        values = self.complete(given)
        return [
            f"{constraint.message} ({constraint.left} is {values[constraint.left]:g}, "
            f"{constraint.right} is {values[constraint.right]:g})"
            for constraint in self.constraints
            if not _holds(values[constraint.left], constraint.op, values[constraint.right])
        ]

    def conditions(self, side: Literal["long", "short"], values: Mapping[str, Value]) -> "Pair":
        """Entry and exit of one side for complete parameter values. Raises `BadInput` where there is no such side."""
        conditions = self.long if side == "long" else self.short
        if conditions is None:
            raise BadInput(f"The template {self.name} only goes long; side {side} is not possible with it.")
        return Pair(
            self._condition(f"{side}.entry", conditions.entry, values),
            self._condition(f"{side}.exit", conditions.exit, values) if conditions.exit else None,
        )

    def _wrong_value(self, name: str, value: Value) -> str:
        parameter = self.parameters.get(name)
        if parameter is None:
            return f"{self.name} has no parameter {name}; it has {', '.join(self.parameters) or 'none'}"
        if parameter.type == "integer" and value != int(value):
            return f"{name} is {value:g}; it must be a whole number"
        if not parameter.minimum <= value <= parameter.maximum:
            return f"{name} is {value:g}; it must be between {parameter.minimum:g} and {parameter.maximum:g}"
        return ""

    def _known(self, name: str, where: str) -> None:
        if name not in self.parameters:
            raise ValueError(f"{where} names {name}, which is not among the parameters")

    def _condition(self, where: str, written: JsonValue, values: Mapping[str, Value]) -> Condition:
        filled = _filled(written, values, where)
        try:
            return _CONDITION.validate_json(json.dumps(filled))
        except ValidationError as error:
            raise ValueError(f"{where}: {reasons(error, filled)[0]}") from None


@dataclass(frozen=True, slots=True)
class Pair:
    """When one side enters and when it exits; None never."""

    entry: Condition | None
    exit: Condition | None


@dataclass(frozen=True, slots=True)
class Rules:
    """What a specification comes to: the conditions of each side it trades, None for a side it does not."""

    long: Pair | None
    short: Pair | None


@dataclass(frozen=True, slots=True)
class Templates:
    """The templates a desk has, by name."""

    by_name: Mapping[str, Template]

    def get(self, name: str) -> Template:
        """The template of that name. Raises `BadInput` naming those there are."""
        if name not in self.by_name:
            raise BadInput(f"There is no template {name}; there are {', '.join(sorted(self.by_name))} and rules.")
        return self.by_name[name]

    def expand(self, specification: Specification) -> Rules:
        """The conditions a specification stands for: the template's, with those written in it in their place."""
        own_long = Pair(specification.entry, specification.exit)
        if specification.template == "rules":
            return _rules_of_conditions(specification, own_long)
        template = self.get(specification.template)
        values = template.complete(specification.parameters)
        if specification.side == "short":
            return Rules(None, _over(template.conditions("short", values), own_long))
        long = _over(template.conditions("long", values), own_long)
        if specification.side == "long":
            return Rules(long, None)
        own_short = Pair(specification.short_entry, specification.short_exit)
        return Rules(long, _over(template.conditions("short", values), own_short))


def _rules_of_conditions(specification: Specification, own: Pair) -> Rules:
    match specification.side:
        case "long":
            return Rules(own, None)
        case "short":
            return Rules(None, own)
    if specification.short_entry is None:
        return Rules(own, Pair(own.exit, specification.short_exit or own.entry))
    return Rules(own, Pair(specification.short_entry, specification.short_exit))


def _over(template: Pair, written: Pair) -> Pair:
    return Pair(written.entry or template.entry, written.exit or template.exit)


@lru_cache(maxsize=1)
def builtin() -> Templates:
    """The templates that ship with the project."""
    return read_folders(FOLDER)


def of_desk(home: Path) -> Templates:
    """The templates that ship, and those a desk has put into `strategies` of its `DESKHAND_HOME`."""
    return read_folders(FOLDER, home / "strategies")


def read_folders(*folders: Path) -> Templates:
    """All templates of the folders. Raises `BadInput` with one sentence naming the file and the field at fault."""
    found: dict[str, tuple[Template, Path]] = {}
    for path in (path for folder in folders for path in sorted(folder.glob("*.yaml"))):
        template = _read(path)
        if template.name == "rules":
            raise BadInput(f"Template {path.name}: the name rules is taken for strategies without a template.")
        if template.name in found:
            raise BadInput(
                f"Template {path.name}: the name {template.name} is taken by {found[template.name][1].name}."
            )
        found[template.name] = (template, path)
    return Templates({name: template for name, (template, _) in found.items()})


def _read(path: Path) -> Template:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise BadInput(f"Template {path.name} is larger than {_MOST_BYTES // 1000} kB.")
        data: JsonValue = yaml.safe_load(path.read_text(encoding="utf-8"))
        text = json.dumps(data, allow_nan=False)
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"Template {path.name} cannot be read: {error}.") from None
    except (yaml.YAMLError, TypeError, ValueError, RecursionError) as error:
        raise BadInput(f"Template {path.name} is not plain YAML: {' '.join(str(error).split())}.") from None
    try:
        template = Template.model_validate_json(text)
    except ValidationError as error:
        raise BadInput(f"Template {path.name}: {reasons(error, data)[0]}.") from None
    except BadInput as error:
        raise BadInput(f"Template {path.name}: {error}") from None
    _check_indicators(template, path)
    return template


def _check_indicators(template: Template, path: Path) -> None:
    values = template.complete({})
    pairs: Iterable[Pair] = [template.conditions("long", values)]
    if template.short:
        pairs = [*pairs, template.conditions("short", values)]
    wrong = indicators.wrong(condition for pair in pairs for condition in (pair.entry, pair.exit))
    if wrong:
        raise BadInput(f"Template {path.name}: {wrong[0]}")


def _filled(written: JsonValue, values: Mapping[str, Value], where: str) -> JsonValue:
    """The condition with `{param: NAME}` replaced by values."""
    if isinstance(written, list):
        return [_filled(one, values, where) for one in written]
    if not isinstance(written, dict):
        return written
    if set(written) == {"param"}:
        name = written["param"]
        if not isinstance(name, str) or name not in values:
            raise ValueError(f"{where} names the parameter {name}, which is not among the parameters")
        return values[name]
    return {key: _filled(one, values, where) for key, one in written.items()}


def _holds(left: Value, op: str, right: Value) -> bool:
    return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[op]
