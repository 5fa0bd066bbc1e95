"""`deskhand eval draft`: how well requests in words become what was asked, on the project's corpus."""

import argparse
import importlib
import json
import sys
from types import ModuleType


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to evaluate."""
    parser.add_argument("what", choices=["draft"], help="draft: requests in words against references by hand")
    parser.add_argument("--json", action="store_true", help="write JSON")
    parser.add_argument(
        "--failures", action="store_true", help="list what went wrong in the part that is not held out"
    )


def run(arguments: argparse.Namespace) -> int:
    """0 where the targets are met, 1 where they are not. Raises `BadInput` outside a checkout of the project."""
    from bot.desk.embedded import ensure_prices
    from bot.settings import load_settings
    from tools.strategies.drafting import open_drafter

    measure = _corpus("measure")
    home = load_settings().home
    drafter = open_drafter(home, ensure_prices(home))
    parts = {
        "known": _corpus("known").KNOWN,
        "held_out": _corpus("held_out").HELD_OUT,
        "held_out_again": _corpus("held_out_again").HELD_OUT_AGAIN,
        "held_out_third": _corpus("held_out_third").HELD_OUT_THIRD,
        "voices_read": _corpus("voices").VOICES_READ,
        "voices_kept": _corpus("voices").VOICES_KEPT,
        "voices_again": _corpus("voices_again").VOICES_AGAIN,
        "forum": _corpus("forum").FORUM,
        "colleagues": _corpus("colleagues").COLLEAGUES,
        "writers": _corpus("writers").WRITERS,
    }
    report = {}
    for name, cases in parts.items():
        outcomes = [measure.outcome(drafter, case) for case in cases]
        report[name] = measure.report(outcomes)
        if arguments.failures and name == "known":
            for one in (one for one in outcomes if not one.right):
                sys.stderr.write(f"{one.status}, {one.agreement}: {one.case.text}\n")
    sys.stdout.write(json.dumps(report) + "\n" if arguments.json else _text(report))
    return 0 if all(part["validation_failure_rate"] < 0.005 for part in report.values()) else 1


def _text(report: dict[str, dict[str, float]]) -> str:
    lines = [f"{'':36}" + "".join(f"{name.replace('_', ' '):>16}" for name in report)]
    for key in next(iter(report.values())):
        cells = [f"{part[key]:.1%}" if isinstance(part[key], float) else f"{part[key]:,}" for part in report.values()]
        lines.append(f"{key.replace('_', ' '):36}" + "".join(f"{cell:>16}" for cell in cells))
    return "\n".join(lines) + "\n"


def _corpus(name: str) -> ModuleType:
    from tools.errors import BadInput

    sys.path.insert(0, ".")
    try:
        return importlib.import_module(f"tests.drafts.corpus.{name}")
    except ImportError:
        raise BadInput("The corpus is in tests/drafts of the project; run this in its folder.") from None
    finally:
        sys.path.remove(".")
