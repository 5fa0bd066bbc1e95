"""JSON to a specification that can be run, or the reasons why not: its form, its template, its indicators."""

import json
from collections.abc import Iterable, Mapping
from typing import NoReturn

from pydantic import JsonValue, ValidationError

from tools.errors import BadInput
from tools.strategies import indicators
from tools.strategies.conditions import Calendar, Condition, walk
from tools.strategies.spec import Specification
from tools.strategies.spellings import canonical
from tools.strategies.templates import Templates, builtin
from tools.strategies.wording import reasons

_MOST_CHARACTERS = 1_000_000


class BadSpecification(BadInput):
    """A specification that cannot be run. `reasons` has a sentence for each thing at fault, most basic first."""

    def __init__(self, found: tuple[str, ...]) -> None:
        self.reasons = found
        more = f" (and {len(found) - 3} more)" if len(found) > 3 else ""
        super().__init__(f"The specification cannot be used: {'; '.join(found[:3])}{more}.")


def load(data: str | bytes | Mapping[str, JsonValue], templates: Templates | None = None) -> Specification:
    """A specification from JSON text or parsed JSON, with its template's defaults written out.

    Raises `BadSpecification`. `templates` are the desk's; absent, those that ship with the project.
    """
    parsed = _canonical(_parsed(data))
    try:
        specification = Specification.model_validate_json(json.dumps(parsed))
    except ValidationError as error:
        raise BadSpecification(reasons(error, parsed)) from None
    except RecursionError:
        raise BadSpecification(("it is nested too deeply",)) from None
    return checked(specification, templates or builtin())


def checked(specification: Specification, templates: Templates) -> Specification:
    """The specification with its template's defaults written out. Raises `BadSpecification` where it cannot be run."""
    if specification.template == "rules":
        if specification.parameters:
            raise BadSpecification(("parameters belong to a template; rules write their numbers in the conditions",))
        complete = specification
    else:
        try:
            template = templates.get(specification.template)
        except BadInput as error:
            raise BadSpecification((str(error).rstrip("."),)) from None
        given = template.by_own_names(specification.parameters)
        wrong = template.wrong_parameters(given)
        if wrong:
            raise BadSpecification(tuple(wrong))
        whole = {
            name: int(value) if template.parameters[name].type == "integer" else value
            for name, value in template.complete(given).items()
        }
        complete = specification.model_copy(update={"parameters": whole})
    try:
        rules = templates.expand(complete)
    except BadInput as error:
        raise BadSpecification((str(error).rstrip("."),)) from None
    conditions = [condition for pair in (rules.long, rules.short) if pair for condition in (pair.entry, pair.exit)]
    wrong = indicators.wrong(conditions) + _wrong_calendar(conditions, complete)
    if wrong:
        raise BadSpecification(tuple(sentence.rstrip(".") for sentence in wrong))
    return complete


def _wrong_calendar(conditions: Iterable[Condition | None], specification: Specification) -> list[str]:
    """Days of the week or month mean nothing on bars that are weeks or months."""
    if specification.timeframe == "1d":
        return []
    fields = {node.field for one in conditions for node in walk(one) if isinstance(node, Calendar)} - {"month"}
    return [f"{field} needs daily bars, and timeframe is {specification.timeframe}" for field in sorted(fields)]


def _canonical(written: JsonValue) -> JsonValue:
    try:
        return canonical(written)
    except RecursionError:
        raise BadSpecification(("it is nested too deeply",)) from None


def _parsed(data: str | bytes | Mapping[str, JsonValue]) -> JsonValue:
    if isinstance(data, Mapping):
        return dict(data)
    if len(data) > _MOST_CHARACTERS:
        raise BadSpecification((f"it is longer than {_MOST_CHARACTERS:,} characters",))
    try:
        text = data.decode("utf-8-sig") if isinstance(data, bytes) else data
        parsed: JsonValue = json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise BadSpecification(
            (f"it is not JSON: {error.msg} in line {error.lineno}, column {error.colno}",)
        ) from None
    except UnicodeDecodeError:
        raise BadSpecification(("it is not text in UTF-8",)) from None
    except RecursionError:
        raise BadSpecification(("it is nested too deeply",)) from None
    except ValueError as error:
        raise BadSpecification((str(error),)) from None
    if not isinstance(parsed, dict):
        raise BadSpecification(("it is not a JSON object with named fields",))
    return parsed


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number that can be used")
