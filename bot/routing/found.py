"""What is found in a text, kept only where there is something."""

from bot.protocols import Json


def put(found: dict[str, Json], name: str, value: Json) -> None:
    """Keep a value that says something."""
    if value:
        found[name] = value
