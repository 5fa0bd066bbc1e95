"""`deskhand route TEXT | --batch FILE [--json]`: intent and arguments, as the bot would read a message."""

import argparse
import json
import sys
from pathlib import Path

from bot.protocols import Json, Routed


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """A text, or a file with one text a line."""
    parser.add_argument("text", nargs="?", help="what a person wrote")
    parser.add_argument("--batch", metavar="FILE", help="a file with one text a line; writes one JSON object a line")
    parser.add_argument("--json", action="store_true", help="write JSON")


def run(arguments: argparse.Namespace) -> int:
    """Always 0: every text has a reading, `unknown` at worst. Raises `BadInput` for a file that cannot be read."""
    from datetime import UTC, datetime

    from bot.routing.router import route_by_rules
    from tools.errors import BadInput

    if (arguments.text is None) == (arguments.batch is None):
        raise BadInput("give one text, or --batch with a file that has one text a line")
    today = datetime.now(UTC).date()
    texts = [arguments.text] if arguments.batch is None else lines_of(Path(arguments.batch))
    for text in texts:
        routed = route_by_rules(text, {}, today)
        if arguments.json or arguments.batch is not None:
            sys.stdout.write(json.dumps(_as_json(text, routed), ensure_ascii=False) + "\n")
        else:
            sys.stdout.write(_as_text(routed))
    return 0


def lines_of(path: Path) -> list[str]:
    """The lines of a UTF-8 file, each an input. Raises `BadInput`."""
    from tools.errors import BadInput

    try:
        content = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{path} is not UTF-8 text") from error
    lines = content.split("\n")
    if lines[-1] == "":
        lines.pop()
    return [line.removesuffix("\r") for line in lines]


def _as_json(text: str, routed: Routed) -> dict[str, Json]:
    return {
        "text": text,
        "intent": routed.intent,
        "confidence": routed.confidence,
        "arguments": dict(routed.arguments),
    }


def _as_text(routed: Routed) -> str:
    said = "".join(f"  {name}: {json.dumps(value, ensure_ascii=False)}\n" for name, value in routed.arguments.items())
    others = ", ".join(f"{other.intent} ({other.confidence:.2f})" for other in routed.alternatives)
    near = f"  close to: {others}\n" if others else ""
    return f"{routed.intent} ({routed.confidence:.2f})\n{said}{near}"
