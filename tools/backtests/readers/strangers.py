"""What a file is that is not a backtest's result, in words that say what to hand in instead."""

from collections.abc import Callable, Iterable, Set

from tools.backtests.readers.document import Document, Json, Table, items, obj, plain_name

_AS_CSV = "save the curve, the trades or the figures in it as CSV or JSON"
_PICTURE = "is a picture, which holds no figures that can be read; hand in the result's data as CSV or JSON."
_FIRST_BYTES = (
    (b"%PDF", "is a PDF, made to be looked at; hand in the engine's own result file, or its curve as CSV or JSON."),
    (b"\x89PNG", _PICTURE),
    (b"\xff\xd8\xff", _PICTURE),
    (b"GIF8", _PICTURE),
    (b"ARROW1", f"is an Arrow or Feather file, which is not read; {_AS_CSV}, or as Parquet."),
    (b"FEA1", f"is a Feather file, which is not read; {_AS_CSV}, or as Parquet."),
    (b"\x89HDF", f"is an HDF5 file, which is not read; {_AS_CSV}, or as Parquet."),
    (b"SQLite format 3", f"is a SQLite database, which is not read; {_AS_CSV}."),
    (b"\xd0\xcf\x11\xe0", "is an Excel workbook of the old kind; save the sheet with the figures as CSV."),
    (b"\x93NUMPY", f"is an array of numpy without dates; {_AS_CSV}."),
    (b"\x7fELF", "is a program, which is never run or read here."),
    (b"MZ", "is a program, which is never run or read here."),
    (b"7z\xbc\xaf", "is a 7-Zip archive, which is not opened; hand in the file in it, or a zip."),
    (b"Rar!", "is a RAR archive, which is not opened; hand in the file in it, or a zip."),
    (
        b"\x28\xb5\x2f\xfd",
        "is packed with Zstandard, which is not unpacked here; hand in the file itself, or a gzip.",
    ),
    (b"version https://git-lfs", "is only a pointer of Git LFS; fetch the file itself with `git lfs pull`."),
)
_HTML = "is a web page; hand in the engine's own result file, or its curve as CSV or JSON."


def by_first_bytes(data: bytes) -> str | None:
    """The rest of a sentence that starts with the file's name, where its first bytes tell; None for all others."""
    start = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return _HTML
    if start.startswith((b"<?xml", b"<svg")):
        return f"is XML, which is not read; {_AS_CSV}."
    found = next(((magic, said) for magic, said in _FIRST_BYTES if data.startswith(magic)), None)
    if found is None or (found[0].isalnum() and b"\x00" not in data[:4096]):  # words that a text may start with
        return None
    return found[1]


def by_members(names: Set[str]) -> str | None:
    """The same for a zip, by the names in it."""
    if any(name.startswith("xl/") for name in names):
        return "is an Excel workbook; save the sheet with the figures as CSV."
    if any(name.startswith(("word/", "ppt/")) for name in names):
        return "is an Office document, made to be looked at; hand in the result's data as CSV or JSON."
    return None


# --- JSON and tables -------------------------------------------------------------------------------------------------


def unknown(document: Document, engines: Iterable[str]) -> str:
    """One sentence on a document that no reader knows, with what would be read."""
    known = f"name the engine ({', '.join(engines)})"
    table = document.given_table
    if table is not None:
        return f"{document.name} {_of_table(table)}; {known}, or hand in a CSV with dates."
    said = next((said for is_it, said in _JSON if is_it(document.json)), None)
    if said is not None:
        return f"{document.name} {said}"
    names = _names(document.json)
    figures = [name for name in names if any(word in plain_name(name) for word in _FIGURES)]
    if figures:
        return (
            f"{document.name} has figures ({', '.join(figures[:4])}), but nothing in it says which engine wrote them or in "
            f"which units, so they are not taken over; {known}, or hand in the equity or the returns by date as CSV."
        )
    shown = f" with {', '.join(names[:4])}" if names else ""
    return (
        f"{document.name} is JSON{shown}, not a result that is known by its content; {known}, or hand in the equity or the "
        "returns by date as CSV."
    )


_FIGURES = ("sharpe", "sortino", "drawdown", "totalreturn", "profitfactor", "winrate", "cagr", "netprofit")


def _of_table(table: Table) -> str:
    shown = ", ".join(name[:30] for name in table.columns[:5] if name) or "without names"
    if not table.rows:
        return f"has a header ({shown}) but no rows"
    return (
        f"is a table ({shown}) without a column of dates beside numbers, so it is neither a curve nor a known engine's "
        "result"
    )


def _names(value: Json) -> list[str]:
    """Names of an object and of the objects right in it, or in a list's first."""
    first = items(value)[:1]
    outer = obj(first[0] if first else value)
    return [name[:24] for part in (outer, *(obj(inner) for inner in outer.values())) for name in part]


def _is_notebook(value: Json) -> bool:
    return "nbformat" in obj(value) and "cells" in obj(value)


def _is_hyperopt(value: Json) -> bool:
    first = obj(items(value)[0]) if items(value) else obj(value)
    return "loss" in first and "params_dict" in first


def _is_last_hyperopt(value: Json) -> bool:
    return "latest_hyperopt" in obj(value)


def _are_order_events(value: Json) -> bool:
    first = {plain_name(name) for name in obj(items(value)[0])} if items(value) else set()
    return {"orderid", "ordereventid"} <= first


_JSON: tuple[tuple[Callable[[Json], bool], str], ...] = (
    (_is_notebook, "is a Jupyter notebook; hand in the data that it writes, such as the result's curve as CSV."),
    (
        _is_hyperopt,
        "holds the trials of a freqtrade hyperopt, not a backtest; run the chosen one with `freqtrade backtesting` and "
        "hand in its result.",
    ),
    (_is_last_hyperopt, "only names a freqtrade hyperopt's file; hand in the result of `freqtrade backtesting`."),
    (
        _are_order_events,
        "holds only the order events of a QuantConnect Lean run; hand in the result of the same name without "
        "`-order-events`.",
    ),
)
