"""Kinds of values: what each must look like, said in the words of who reads the refusal."""

import re
from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

REPOSITORY = Path(__file__).resolve().parents[2]
DEFAULT_CONFIG: Final = "deskhand.toml"
EVENTS_PATH: Final = "/slack/events"
"""Where Slack posts to when events come over HTTP."""


def _web_address(value: str) -> str:
    if not re.fullmatch(r"https?://[^\s/?#]+[^\s]*", value):
        raise ValueError("must be an address such as https://host/path")
    return value


def starting_with(prefix: str, what: str) -> AfterValidator:
    """Refuses a secret that is not `what`, without saying what it is."""

    def check(value: SecretStr) -> SecretStr:
        if not value.get_secret_value().startswith(prefix):
            raise ValueError(f"must start with {prefix}, as {what} does")
        return value

    return AfterValidator(check)


def host_and_port(value: str) -> str:
    """`host:port`, an IPv6 address in brackets."""
    found = re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[^\s:/]+):([0-9]{1,5})", value)
    if not found or int(found[2]) > 65535:
        raise ValueError("must be host:port")
    return value


def with_driver(value: str) -> str:
    """The plain URLs people know, with the driver that is used."""
    for plain, driver in (
        ("sqlite:///", "sqlite+aiosqlite:///"),
        ("postgres://", "postgresql+asyncpg://"),
        ("postgresql://", "postgresql+asyncpg://"),
    ):
        if value.startswith(plain):
            return driver + value.removeprefix(plain)
    if not value.startswith(("sqlite+aiosqlite:///", "postgresql+asyncpg://")):
        raise ValueError("must start with sqlite:/// or postgresql://")
    return value


Stripped = BeforeValidator(lambda value: value.strip() if isinstance(value, str) else value)
Secret = Annotated[SecretStr, Stripped]
WebAddress = Annotated[str, Stripped, AfterValidator(_web_address)]
UserId = Annotated[str, Field(pattern=r"^[UW][A-Z0-9]{2,}$")]
