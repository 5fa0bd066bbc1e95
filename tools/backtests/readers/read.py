"""Any engine's file to runs: the format is found by content, or given by the engine's name.

Files of up to 64 MB are read, packed or not; see `load` for all bounds. Whatever is wrong with a file, `BadInput` says it
in one sentence and nothing is kept.
"""

from pathlib import Path
from typing import Final

from tools.backtests.model import BacktestRun
from tools.backtests.readers import (
    backtesting_py,
    backtrader,
    bt,
    deskhand,
    freqtrade,
    lean,
    nautilus,
    plain,
    pyfolio,
    vectorbt,
    zipline,
)
from tools.backtests.readers.document import MAX_RUNS, Document, Reader
from tools.backtests.readers.load import MAX_BYTES, load, stem_of, too_large
from tools.backtests.readers.strangers import unknown
from tools.backtests.readers.together import together
from tools.errors import BadInput

READERS: Final[tuple[Reader, ...]] = (
    deskhand,
    freqtrade,
    lean,
    backtesting_py,
    vectorbt,
    backtrader,
    bt,
    zipline,
    pyfolio,
    nautilus,
    plain,
)
ENGINES: Final = (*(reader.ENGINE for reader in READERS), "equity")
"""What `engine` may be; `returns` and `equity` say what plain numbers are."""
_ALSO = {
    "backtesting": "backtesting.py",
    "quantconnect": "lean",
    "quantconnectlean": "lean",
    "nautilus": "nautilus_trader",
    "ziplinereloaded": "zipline",
    "ffn": "bt",
    "quantstats": "returns",
    "json": "deskhand",
}


def read_path(path: str | Path, engine: str | None = None) -> list[BacktestRun]:
    """The runs in a file; see `read_bytes`. A file over the bound is refused before it is opened."""
    place = Path(path)
    try:
        if not place.is_file():
            raise BadInput(f"{place.name or place} is not a file that can be read here.")
        size = place.stat().st_size
        if size > MAX_BYTES:
            raise too_large(place.name, size)
        with place.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise BadInput(f"{place.name[:120]} cannot be opened.") from error
    return read_bytes(place.name, data, engine)


def read_bytes(name: str, data: bytes, engine: str | None = None) -> list[BacktestRun]:
    """The runs in a file's content, at least one. `name` is only shown; `engine` overrides what the content suggests.

    Raises BadInput with one sentence for anything that cannot be used, also where numbers could be returns or equity.
    """
    reader = _named(engine) if engine else None
    documents = load(name, data)
    try:
        runs = _read_all(name, documents, reader, engine)
    except BadInput:
        raise
    except (
        ArithmeticError,
        AttributeError,
        LookupError,
        MemoryError,
        RecursionError,
        TypeError,
        ValueError,
    ) as error:
        # A file can contradict its format in more ways than are foreseen; that is its defect, not the person's.
        raise BadInput(f"{name[:120]} is not laid out as its format asks, so it cannot be read.") from error
    return runs


def _named(engine: str) -> Reader:
    plain_engine = "".join(character for character in engine.lower() if character.isalnum())
    for name in ENGINES:
        same = "".join(character for character in name if character.isalnum())
        if plain_engine == same or _ALSO.get(plain_engine) == name:
            return plain if name == "equity" else next(reader for reader in READERS if name == reader.ENGINE)
    raise BadInput(f"{engine[:40]!r} is not an engine that can be read; there are {', '.join(ENGINES)}.")


def _read_all(name: str, documents: list[Document], reader: Reader | None, engine: str | None) -> list[BacktestRun]:
    if len(documents) == 1:
        return _read(documents[0], reader, engine)
    # An archive: what lies beside a result (settings, market data) is passed over, a broken result is not.
    known = [
        (document, found)
        for document in documents
        if (found := reader or _found(document)) and found.matches(document) > 1
    ]
    mains = [(document, found) for document, found in known if not _beside(document)]
    read = [found.read(document) for document, found in mains]
    runs = [run for some in read for run in some]
    if not runs:
        raise BadInput(f"{name[:120]} is a zip archive without a backtest result of a known engine in it.")
    return together(runs, stem_of(name)) if all(len(some) == 1 for some in read) else runs


def _beside(document: Document) -> bool:
    return freqtrade.matches(document) == 90


def _read(document: Document, reader: Reader | None, engine: str | None) -> list[BacktestRun]:
    if reader is plain and engine:
        return plain.runs(document, "equity" if "equity" in engine.lower() else "returns", _kind(engine))
    chosen = reader or _found(document)
    if reader is None and chosen in (None, plain):
        parts = _parts(document)
        if parts:
            return [run for part, found in parts for run in found.read(part)]
    if chosen is None:
        raise BadInput(unknown(document, ENGINES))
    return chosen.read(document)


def _parts(document: Document) -> list[tuple[Document, Reader]]:
    """Whole results in a JSON list, or by name in an object, each known by its content; empty where it is not that.

    In an object other things may stand beside them; a list is of results or it is not.
    """
    if document.kind != "json":
        return []
    if isinstance(document.json, list):
        named = [(f"{document.name} {place}", one) for place, one in enumerate(document.json[: MAX_RUNS + 1], 1)]
    else:
        named = [(name[:200], one) for name, one in document.values.items() if isinstance(one, dict)]
    if len(named) > MAX_RUNS:
        return []
    parts = [Document(name, "json", json=one) for name, one in named if isinstance(one, dict)]
    known = [(part, found) for part in parts if (found := _found(part)) is not None and found is not plain]
    if isinstance(document.json, list) and len(known) < len(named):
        return []
    if len(known) == 1 and isinstance(document.json, dict):
        return [(Document(document.name, "json", json=known[0][0].json), known[0][1])]
    return known


def _kind(engine: str) -> str:
    return "equity" if "equity" in engine.lower() else "returns"


def _found(document: Document) -> Reader | None:
    """The reader that is surest of a document; the first of the table among equals."""
    scores = [(reader.matches(document), reader) for reader in READERS]
    best = max(score for score, _ in scores)
    return next((reader for score, reader in scores if score == best), None) if best else None
