"""What travels between the local Slack and its clients: JSON objects, and refusals in Slack's words.

`Obj` is a JSON object exactly as it is sent. Blocks, views and payloads belong to the client's vocabulary, not to
this server's, so they stay as they came; everything the server itself decides on is read through `Args` first.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

Obj: TypeAlias = dict[str, Any]


class SlackError(Exception):
    """A refusal as the Web API words it: `{"ok": false, "error": code, ...}`.

    `messages` become `response_metadata.messages`; `extra` are further fields (`needed`, `provided`);
    `retry_after` (whole seconds) turns it into HTTP 429.
    """

    def __init__(
        self,
        code: str,
        *,
        messages: Sequence[str] = (),
        extra: Mapping[str, str] | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.messages = tuple(messages)
        self.extra = dict(extra or {})
        self.retry_after = retry_after

    def body(self) -> Obj:
        """The response body."""
        body: Obj = {"ok": False, "error": self.code, **self.extra}
        if self.messages:
            body["response_metadata"] = {"messages": list(self.messages)}
        return body


class Args:
    """The arguments of one call, from query, form or JSON, read with Slack's leniency about their types."""

    def __init__(self, values: Mapping[str, object]) -> None:
        self._values = values

    def __contains__(self, name: str) -> bool:
        return self._values.get(name) is not None

    def text(self, name: str, default: str = "") -> str:
        """A string; numbers are taken as their digits, as form encoding would send them."""
        value = self._values.get(name)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise SlackError("invalid_arguments", messages=[f"[ERROR] must be a string [json-pointer:/{name}]"])
        return str(value)

    def required(self, name: str) -> str:
        """A string that must be there and not empty."""
        value = self.text(name)
        if not value:
            raise SlackError("invalid_arguments", messages=[f"[ERROR] missing required field: {name}"])
        return value

    def flag(self, name: str) -> bool:
        """True for true, 1, "1" and "true"."""
        value = self._values.get(name)
        return value is True or str(value).lower() in {"1", "true"}

    def number(self, name: str, default: int, low: int, high: int) -> int:
        """A whole number, `default` where absent; outside low..high it is invalid_limit."""
        value = self._values.get(name)
        if value in (None, ""):
            return default
        try:
            number = int(str(value))
        except ValueError:
            raise SlackError(
                "invalid_arguments", messages=[f"[ERROR] must be an integer [json-pointer:/{name}]"]
            ) from None
        if not low <= number <= high:
            raise SlackError("invalid_limit" if name == "limit" else "invalid_arguments")
        return number

    def names(self, name: str) -> list[str]:
        """A list of strings, given as a list or separated by commas."""
        value = self._values.get(name)
        if isinstance(value, list):
            return [str(item) for item in value]
        return [part.strip() for part in self.text(name).split(",") if part.strip()]

    def objects(self, name: str, code: str) -> list[Obj] | None:
        """A list of objects, given as JSON or as a string of JSON; `code` is the error when it is neither."""
        value = self._parsed(name, code)
        if value is None:
            return None
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise SlackError(code)
        return value

    def mapping(self, name: str, code: str) -> Obj | None:
        """One object, given as JSON or as a string of JSON."""
        value = self._parsed(name, code)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise SlackError(code)
        return value

    def _parsed(self, name: str, code: str) -> object:
        value = self._values.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            return value
        try:
            parsed: object = json.loads(value)
        except ValueError:
            raise SlackError(code) from None
        return parsed
