"""A `Reply` as JSON and back, attachments included: how it waits in the database for its turn."""

import base64
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import cast

from bot.protocols import Attachment, Reply

_FLAT = ("text", "ephemeral", "replaces", "key", "outcome", "subject")


def dumps(reply: Reply) -> str:
    """The reply as JSON text."""
    return json.dumps(_plain(reply), ensure_ascii=False)


def loads(text: str) -> Reply:
    """The reply that `dumps` was given."""
    return _reply(json.loads(text))


def _plain(reply: Reply) -> dict[str, object]:
    return {
        **{name: getattr(reply, name) for name in _FLAT},
        "blocks": reply.blocks,
        "attachments": [
            {**asdict(file), "content": base64.b64encode(file.content).decode()} for file in reply.attachments
        ],
        "more": [_plain(more) for more in reply.more],
    }


def _reply(plain: Mapping[str, object]) -> Reply:
    files = cast("list[dict[str, str]]", plain["attachments"])
    more = cast("list[Mapping[str, object]]", plain["more"])
    flat = cast("dict[str, str]", {name: plain[name] for name in _FLAT})
    blocks = cast("list[Mapping[str, str]]", plain["blocks"])
    return Reply(
        **flat,  # type: ignore[arg-type]
        blocks=tuple(blocks),
        attachments=tuple(
            Attachment(file["name"], base64.b64decode(file["content"]), file["title"], file["alt_text"])
            for file in files
        ),
        more=tuple(_reply(each) for each in more),
    )
