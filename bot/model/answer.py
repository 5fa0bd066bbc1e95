"""The JSON in a model's text: alone, in a code fence, or with words around it."""

import json
import re
from collections.abc import Iterator
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from bot.model.errors import ModelInvalid

T = TypeVar("T", bound=BaseModel)

_MOST_CHARACTERS = 400_000
_MOST_STARTS = 20
_THINKING = re.compile(r"<think>.*?</think>", re.DOTALL)
_FENCE = re.compile(r"```[a-zA-Z]*\s*\n(.*?)```", re.DOTALL)


def read_answer(text: str, schema: type[T]) -> T:
    """The first JSON in `text` that satisfies `schema`. Raises `ModelInvalid`."""
    problem = "is not JSON"
    for candidate in _candidates(_THINKING.sub("", text[:_MOST_CHARACTERS]).strip()):
        try:
            return schema.model_validate_json(candidate)
        except ValidationError as error:
            if error.errors(include_input=False, include_url=False)[0]["type"] != "json_invalid":
                problem = f"does not satisfy {schema.__name__} ({error.error_count()} findings)"
    raise ModelInvalid(f"the answer {problem}")


def _candidates(text: str) -> Iterator[str]:
    yield text
    yield from (fenced.strip() for fenced in _FENCE.findall(text))
    decoder = json.JSONDecoder()
    starts = [match.start() for match in re.finditer(r"\{", text)][:_MOST_STARTS]
    for start in starts:
        try:
            _, end = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            continue
        yield text[start:end]
