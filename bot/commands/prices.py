"""`deskhand prices import FILE.csv --symbol QQQ [--name N] | list [--json]`: the daily prices that drafts are tried on."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tools.market.store import Freshness


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`import` with a file and the symbol its prices are of; or `list`. Both take `--json`."""
    actions = parser.add_subparsers(dest="action", metavar="import | list", required=True)
    importing = actions.add_parser("import", help="keep the daily prices of one instrument")
    importing.add_argument(
        "file",
        metavar="FILE.csv",
        type=Path,
        help="columns date, open, high, low, close, volume, and adj close if there is one",
    )
    importing.add_argument("--symbol", metavar="S", required=True, help="what people call it, such as QQQ")
    importing.add_argument("--name", metavar="N", default="", help="its name for readers, such as Invesco QQQ")
    listing = actions.add_parser("list", help="what has prices here, and how far they go")
    for action in (importing, listing):
        action.add_argument("--json", action="store_true", help="write JSON")


def run(arguments: argparse.Namespace) -> int:
    """Raises `BadInput` for a file or a symbol that cannot be used; then nothing is kept."""
    from bot.desk.embedded import ensure_prices
    from bot.settings import load_settings
    from tools.market.store import PriceStore

    home = load_settings().home
    path = ensure_prices(home)
    if arguments.action == "import":
        _import(home, arguments.file, arguments.symbol, arguments.name)
    with PriceStore(path) as store:
        wanted = (_symbol(arguments.symbol),) if arguments.action == "import" else store.symbols()
        found = [store.freshness(symbol) for symbol in wanted]
    if arguments.json:
        rows = [
            {"symbol": one.symbol, "name": one.name, "rows": one.rows, "start": str(one.first_date), "end": str(one.last_date)}
            for one in found
        ]  # fmt: skip
        sys.stdout.write(json.dumps(rows) + "\n")
    else:
        sys.stdout.write("".join(f"{_line(one)}\n" for one in found))
    return 0


def _import(home: Path, file: Path, written: str, name: str) -> None:
    from bot.desk.ingestion import DeskIngestion
    from tools.errors import BadInput
    from tools.market.imported import from_csv
    from tools.market.store import PriceStore

    symbol = _symbol(written)
    ingestion = DeskIngestion(home)
    with PriceStore(ingestion.path) as store:
        other = store.stands_for(symbol)
    if other:
        raise BadInput(f"{symbol} stands for {other} here; its prices come with the desk and are not replaced.")
    with from_csv(file, symbol, name) as source:
        ingestion.take(source)


def _symbol(written: str) -> str:
    from pydantic import TypeAdapter, ValidationError

    from tools.errors import BadInput
    from tools.strategies.conditions import Symbol

    try:
        return TypeAdapter(Symbol).validate_python(written.strip().removeprefix("$"))
    except ValidationError:
        raise BadInput(f"{written!r} is no symbol; write one such as QQQ, BRK.B or ^VIX.") from None


def _line(one: "Freshness") -> str:
    return f"{one.symbol:10}{one.rows:>7,} bars  {one.first_date} to {one.last_date}  {one.name}"
