"""The command line. Each command is a module of `bot.commands`; nothing heavy is imported before one is chosen."""

import argparse
import importlib
import os
import sys
from typing import NoReturn, Protocol

COMMANDS: dict[str, str] = {
    "demo": "the local Slack in the browser with the bot in it; no account, no key",
    "run": "the bot against Slack, and the HTTP API",
    "check": "what is missing for a bot in a real workspace, one step at a time",
    "route": "intent and arguments of a text",
    "narrate": "report on a stored backtest or a file of an engine",
    "factcheck": "check a report's text against its facts",
    "backtests": "import a backtest, or list the stored ones",
    "draft": "a strategy from a request in words, tried on real prices",
    "strategies": "what was approved: list, show, or export one, also as the platform takes it",
    "catalogue": "what strategies can be made of: indicators, prices, calendar, templates",
    "prices": "import daily prices from a CSV file, or list what is here",
    "preview": "run a strategy specification on prices",
    "diagnose": "a question about the desk's systems, answered with tools",
    "runbooks": "lint, list or show the runbooks",
    "eval": "how well requests become drafts, on the project's corpus",
    "prompts": "lint, list, compare, approve or roll back the prompts",
    "governance": "the governance report of a period, as Markdown or CSV",
    "usage": "how much, how good, how dear: the figures that Slack and /metrics show",
    "approvals": "export who decided what, for governance",
    "audit": "verify or export the audit",
    "db": "bring the database to this version",
}


class Command(Protocol):
    """What a module of `bot.commands` offers."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the command's arguments; imports nothing heavy."""
        ...

    def run(self, arguments: argparse.Namespace) -> int:
        """Do it: 0 done, 1 negative answer; raises `tools.errors.Problem` for bad input (exit 2)."""
        ...


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        sys.stderr.write(f"{self.prog}: {message}; see {self.prog} --help\n")
        raise SystemExit(2)


def main(argv: list[str] | None = None) -> int:
    """Run one command. Exit codes: 0 done, 1 negative answer, 2 bad use or bad input."""
    arguments_given = sys.argv[1:] if argv is None else argv
    parser = _Parser(prog="deskhand", description="The hand at a trading desk's Slack.")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=_Parser)
    chosen = next((word for word in arguments_given if not word.startswith("-")), "")
    for name, summary in COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=summary)
        if name == chosen:
            _module(name).add_arguments(command)
    arguments = parser.parse_args(arguments_given)

    from tools.errors import Problem

    try:
        code = _module(arguments.command).run(arguments)
        sys.stdout.flush()
        return code
    except Problem as problem:
        sys.stderr.write(f"deskhand {arguments.command}: {problem}\n")
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # whoever reads has seen enough, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except Exception as error:
        sys.stderr.write(f"deskhand {arguments.command}: {_unexpected(error)}\n")
        return 2


def _unexpected(error: Exception) -> str:
    """One line about a defect; the trace, redacted, goes into a file for whoever mends it."""
    import tempfile
    import traceback

    from tools.redact import redact

    with tempfile.NamedTemporaryFile("w", prefix="deskhand-", suffix=".log", delete=False) as file:
        file.write(redact("".join(traceback.format_exception(error))))
    summary = redact(f"{type(error).__name__}: {error}").splitlines()[0][:200]
    return f"something went wrong that should not ({summary}); please report it with {file.name}"


def _module(name: str) -> Command:
    module: Command = importlib.import_module(f"bot.commands.{name}")
    return module


if __name__ == "__main__":
    raise SystemExit(main())
