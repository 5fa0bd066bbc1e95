"""What the bot and its receiving process say to each other: one JSON object a line, over the pipes between them."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from bot.slack.observing import Noted

CONNECTIONS = 2
"""Socket Mode connections: one listens while the other is renewed."""
LONGEST_LINE = 4 * 1024 * 1024
"""Bytes; a payload of Slack's is far below it."""


class Orders(BaseModel):
    """The first line to the receiver: all it needs, tokens included, so that none is in an argument or environment."""

    model_config = ConfigDict(frozen=True)

    bot_token: str = Field(repr=False)
    app_token: str = Field(repr=False)
    api_url: str
    signing_secret: str = Field(repr=False)
    database_url: str = Field(repr=False)
    spool: str
    """The file to commit to (`bot.slack.spool`); empty for the inbox in the database itself."""
    bot_user_id: str
    bot_id: str
    openers: list[str]
    """Action ids whose buttons open a modal."""
    log_level: str = "INFO"


class Asked(BaseModel):
    """A payload that goes straight through."""

    kind: Literal["asked"] = "asked"
    id: int
    body: dict[str, object]


class Arrived(BaseModel):
    """Something is new in the inbox."""

    kind: Literal["arrived"] = "arrived"


class State(BaseModel):
    """How the receiver is, once a second, and at once when it listens."""

    kind: Literal["state"] = "state"
    open: int
    last_event_at: float
    noted: Noted


class Answered(BaseModel):
    """What `Straight` made of a payload; `failed` leaves it unacknowledged."""

    kind: Literal["answered"] = "answered"
    id: int
    keep: bool = False
    errors: dict[str, str] = {}
    failed: bool = False


class Kept(BaseModel):
    """What the spool holds up to this id is in the inbox."""

    kind: Literal["kept"] = "kept"
    up_to: int


class Stop(BaseModel):
    """Close the sockets and end."""

    kind: Literal["stop"] = "stop"


FromReceiver = Annotated[Asked | Arrived | State, Field(discriminator="kind")]
ToReceiver = Annotated[Answered | Kept | Stop, Field(discriminator="kind")]
from_receiver: TypeAdapter[Asked | Arrived | State] = TypeAdapter(FromReceiver)
to_receiver: TypeAdapter[Answered | Kept | Stop] = TypeAdapter(ToReceiver)


def line(message: BaseModel) -> bytes:
    """A message as it goes over the pipe."""
    return message.model_dump_json().encode() + b"\n"
