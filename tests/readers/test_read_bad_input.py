"""Wrong, cut off, huge and hostile files: one clear sentence, nothing run, bounded memory and time."""

import bz2
import gc
import gzip
import io
import json
import lzma
import os
import pickle
import re
import time
import tracemalloc
import zipfile
from pathlib import Path

import engine_files as made
import pytest

from tools.backtests.readers import load, perf_pickle
from tools.backtests.readers.read import read_bytes, read_path
from tools.errors import BadInput


def refused(content: bytes, engine: str | None = None, name: str = "x.json") -> str:
    with pytest.raises(BadInput) as caught:
        read_bytes(name, content, engine)
    sentence = str(caught.value)
    assert sentence.endswith((".", "?"))
    assert "\n" not in sentence
    assert len(sentence) < 400
    assert "Traceback" not in sentence
    return sentence


CASES: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "is empty"),
    "blank": (b" \r\n\t", "is empty"),
    "zeros": (b"\0" * 4096, "is empty"),
    "random": (bytes(range(256)) * 40, "neither text"),
    "png": (b"\x89PNG\r\n\x1a\n" + os.urandom(4000), "is a picture"),
    "pdf": (b"%PDF-1.7\n" + os.urandom(4000), "is a PDF"),
    "prose": (b"The strategy did well.\nIt really did\n", "is text, not a result"),
    "code": (b"import pandas as pd\n\nframe = pd.read_csv('x.csv')\nprint(frame)\n", "is text, not a result"),
    "html": (b"<html><body>Not found</body></html>", "is a web page"),
    "number": (b"42", "is text, not a result"),
    "excel": (made.zipped({"xl/workbook.xml": b"<x/>"}), "Excel workbook; save the sheet"),
    "old excel": (b"\xd0\xcf\x11\xe0" + os.urandom(4000), "Excel workbook of the old kind"),
    "notebook": (b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}', "Jupyter notebook"),
    "hyperopt": (
        b'{"loss": 1.0, "params_dict": {}}\n{"loss": 2.0, "params_dict": {}}\n',
        "trials of a freqtrade hyperopt",
    ),
    "order events": (b'[{"id": "1-1", "order-id": 1, "order-event-id": 1}]', "only the order events"),
    "figures of nobody": (b'{"metrics": {"sharpe_ratio": 1.2, "max_drawdown": -0.2}}', "which engine wrote them"),
    "lists of trades": (
        b"date,symbol,side,price\n2020-01-02,A,BUY,10\n2020-01-03,A,SELL,11\n",
        "list of trades or orders",
    ),
    "settings": (b'{"dependencies": {"react": "18"}}', "not a result that is known .*name the engine"),
    "no dates": (b"pair,trades,profit\nA,1,2.5\nB,2,3.5\n", "without a column of dates"),
    "empty object": (b"{}", "name the engine"),
    "empty list": (b"[]", "name the engine"),
    "null": (b"[null]", "name the engine"),
    "cut json": (made.as_json(made.freqtrade())[:-200], "cut off"),
    "bad json": (b'{"strategy": {"A": }}', "not valid JSON: .* line 1, column"),
    "deep list": (b"[" * 200_000 + b"]" * 200_000, "levels deep"),
    "deep object": (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, "levels deep"),
    "deep and open": (b"[" * 1_000_000, "levels deep"),
    "twice": (b'{"strategy": {}, "strategy": {}}', "'strategy' twice"),
    "huge integer": (b'{"a": ' + b"9" * 10_000 + b"}", "beyond all bounds"),
    "many values": (b"[" + b"0," * 4_100_000 + b"0]", "more than 4,000,000 values"),
    "header only": (b"date,returns\n", "no rows|name the engine|no column"),
    "ragged": (b"date,r\n2020-01-01,1\n2020-01-02,1,2,3\n2020-01-03,2\n", "another number of columns"),
    "cut gzip": (gzip.compress(b"date,r\n" * 5000)[:60], "damaged or cut off"),
    "gzip of junk": (b"\x1f\x8b\x08\x00" + os.urandom(200), "damaged or cut off|neither text"),
    "cut bz2": (bz2.compress(os.urandom(5000))[:-50], "damaged or cut off"),
    "cut xz": (lzma.compress(os.urandom(5000))[:-50], "damaged or cut off"),
    "cut zip": (made.freqtrade_zip()[:-80], "damaged, cut off"),
    "empty zip": (made.zipped({}), "empty zip"),
    "zip of nothing": (made.zipped({"readme.md": b"hello"}), "without a backtest result"),
    "cut pickle": (made.perf_pickle()[:2000], "damaged or cut off pickle"),
    "cut parquet": (b"PAR1" + os.urandom(300), "damaged or cut off Parquet"),
    "sqlite": (b"SQLite format 3\0" + os.urandom(2000), "SQLite database"),
    "feather": (b"ARROW1\0\0" + os.urandom(2000), "Feather file"),
}


@pytest.mark.parametrize("case", CASES)
def test_one_clear_sentence(case: str) -> None:
    content, wanted = CASES[case]
    began = time.monotonic()
    sentence = refused(content)
    assert re.search(wanted, sentence), sentence
    assert time.monotonic() - began < 20


def test_the_name_of_a_file_is_only_shown(tmp_path: Path) -> None:
    sentence = refused(b"{}", name="../../etc/pa\x1b[31mss\nwd‮.json")
    assert "etc" not in sentence
    assert "\x1b" not in sentence
    for name in ("", ".json", "/", "a" * 5000, "\0"):
        refused(b"{}", name=name)
    for path in (tmp_path, tmp_path / "no\0ne", "/dev/zero"):
        with pytest.raises(BadInput, match="not a file"):
            read_path(path)


def test_200_mb_are_refused_before_they_are_read(tmp_path: Path) -> None:
    path = tmp_path / "big.json"
    with path.open("wb") as file:
        file.truncate(200 * 2**20)
    tracemalloc.start()
    try:
        with pytest.raises(BadInput, match=r"200 MB; files of up to 64 MB"):
            read_path(path)
        assert tracemalloc.get_traced_memory()[1] < 2**20
    finally:
        tracemalloc.stop()


def test_bombs_are_given_up_within_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "MAX_BYTES", 4 * 2**20)
    bomb = b"0" * (40 * 2**20)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.json", bomb)
    lying = buffer.getvalue()
    # A directory that understates the size: what counts is what comes out.
    at = lying.rindex(b"PK\x01\x02") + 24
    understated = lying[:at] + (100).to_bytes(4, "little") + lying[at + 4 :]
    bombs = [gzip.compress(bomb), bz2.compress(bomb), lzma.compress(bomb), lying]
    inner = made.zipped({"a.csv.gz": bombs[0]})
    many = made.zipped({f"{n}.json": b" " * 2**20 for n in range(9)})
    tracemalloc.start()
    try:
        for content in bombs:
            assert "unpacks to more than" in refused(content)
            gc.collect()  # the caught exception holds what was read so far
        refused(understated)
        refused(many)
        refused(inner)
        assert tracemalloc.get_traced_memory()[1] < 16 * 2**20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "name", ["../evil.json", "/etc/evil.json", "a/../../b.json", "C:\\evil.json", "..\\evil.json"]
)
def test_paths_that_lead_out_of_an_archive(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "leads out of it" in refused(made.zipped({name: made.as_json(made.freqtrade())}))
    assert not list(tmp_path.iterdir())


def test_encrypted_archive_and_archive_of_too_many() -> None:
    content = bytearray(made.freqtrade_zip())
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(magic)
        while at >= 0:
            content[at + offset] |= 1
            at = content.find(magic, at + 4)
    assert "encrypted" in refused(bytes(content))
    assert "1001 files" in refused(made.zipped({f"{n}": b"" for n in range(1001)}))


# --- pickles ---------------------------------------------------------------------------------------------------------


class Runs:
    """Would write a file where it is unpickled in the ordinary way."""

    def __init__(self, function: object, *arguments: object) -> None:
        self.call = (function, arguments)

    def __reduce__(self) -> object:
        return self.call


def hostile(target: Path) -> dict[str, bytes]:
    command = f"touch {target}"
    return {
        "os.system": pickle.dumps(Runs(os.system, command)),
        "eval": pickle.dumps(Runs(eval, f"open({str(target)!r}, 'w')")),
        "getattr": b"\x80\x04cbuiltins\ngetattr\nN\x85R.",
        "setattr": b"\x80\x04cbuiltins\nsetattr\n)R.",
        "import": b"\x80\x04cbuiltins\n__import__\n\x8c\x02os\x85R.",
        "numpy load": b"\x80\x04cnumpy\nload\n\x8c\x01x\x85R.",
        "numpy runstring": b"\x80\x04cnumpy.testing._private.utils\nrunstring\n\x8c\x01x}\x86R.",
        "pandas eval": b"\x80\x04cpandas\neval\n\x8c\x0cos.system(1)\x85R.",
        "pandas read_pickle": b"\x80\x04cpandas.io.pickle\nread_pickle\n\x8c\x01x\x85R.",
        "stacked dots": b"\x80\x04\x8c\x06pandas\x8c\x14core.frame.os.system\x93\x8c\x01x\x85R.",
        "protocol 0": f"cos\nsystem\n(S'{command}'\ntR.".encode(),
        "inside a frame": made.perf_pickle().replace(b"\x8c\x09DataFrame", b"\x8c\x09DataFramo", 1),
        "persistent": b"\x80\x04\x8c\x01xQ.",
        "extension": b"\x80\x04\x82\x01.",
    }


@pytest.mark.parametrize("case", hostile(Path("/x")))
def test_a_pickle_runs_nothing(case: str, tmp_path: Path) -> None:
    target = tmp_path / "ran"
    for content in (hostile(target)[case], gzip.compress(hostile(target)[case])):
        sentence = refused(content, name="x.pickle")
        assert "was not opened" in sentence or case in ("protocol 0", "extension")
        refused(content, "zipline")
    assert not target.exists()


def test_hostile_code_beside_a_good_frame_is_refused_whole(tmp_path: Path) -> None:
    frame = made.perf()
    frame["positions"] = [Runs(os.system, f"touch {tmp_path / 'ran'}") for _ in range(len(frame))]
    assert "was not opened" in refused(pickle.dumps(frame))
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    "content",
    [
        b"\x80\x04N.",
        b"\x80\x04}.",
        b"\x80\x04Nr\xff\xff\xff\xff.",  # a memo place that would make a table of 32 GB
        b"\x80\x04\x96\x00\x00\x00\x00\x00\x01\x00\x00.",  # a byte array of a terabyte that is not there
        b"\x80\x04" + b"](" * 50_000 + b"e" * 50_000 + b".",
        b"\x80\x04" + b"]\x94" + b"(" + b"h\x00" * 1000 + b"e.",  # a list that holds itself
        b"\x80\x04cpandas.core.frame\nDataFrame\n)R.",
        b"\x80\x04cpandas.core.frame\nDataFrame\n)R}\x8c\x04_mgrNsb.",
        b"\x80\x04cnumpy\nndarray\n\x8a\x05\x00\x00\x00\x00\x10\x85R.",
        pickle.dumps({"portfolio_value": [1, 2]}),
        pickle.dumps(made.perf()["returns"]),
        pickle.dumps(made.perf().reset_index(drop=True)),
    ],
)
def test_pickles_of_other_things(content: bytes) -> None:
    tracemalloc.start()
    try:
        assert "pickle" in refused(content)
        assert tracemalloc.get_traced_memory()[1] < 64 * 2**20
    finally:
        tracemalloc.stop()


def test_a_pickle_of_endless_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(perf_pickle, "MAX_STEPS", 10_000)
    assert "steps" in refused(b"\x80\x04" + b"N0" * 20_000 + b"N.")


def test_the_old_layout_of_pandas_is_read_too() -> None:
    """As pandas 1.x wrote it: a manager with its state in a tuple, arrays by `_reconstruct`, a zone by pytz."""
    frame = perf_pickle.frame_of("x", old_frame())
    assert [str(day)[:10] for day in frame.index] == ["2019-01-02", "2019-01-03"]
    assert frame.names == ("portfolio_value", "returns")
    assert {name: values.tolist() for name, values in frame.numbers.items()} == {
        "portfolio_value": [100.0, 101.0],
        "returns": [0.0, 0.01],
    }


class Named:
    """Pickled as the global of this name."""

    def __init__(self, module: str, name: str) -> None:
        self.module, self.name = module, name

    def __call__(self) -> None:
        """A pickler wants what it reduces to be callable."""


class Made:
    """Pickled as a call of a `Named`, with a state."""

    def __init__(self, function: Named, arguments: tuple[object, ...], state: object = None) -> None:
        self.parts = (function, arguments) if state is None else (function, arguments, state)

    def __reduce__(self) -> object:
        return self.parts


class Old(pickle._Pickler):  # type: ignore[name-defined,misc]
    def save(self, thing: object, save_persistent_id: bool = True) -> None:
        if isinstance(thing, Named):
            self.write(b"c" + f"{thing.module}\n{thing.name}\n".encode())
        else:
            super().save(thing, save_persistent_id)


def old_frame() -> bytes:
    import numpy as np

    def array(values: np.ndarray, code: str, extra: tuple[object, ...] = ()) -> Made:
        order = "|" if code == "O8" else "<"
        kind = Made(
            Named("numpy", "dtype"),
            (code, False, True),
            (4 if extra else 3, order, None, None, None, -1, -1, 0, *extra),
        )
        content = values.tolist() if code == "O8" else values.tobytes()
        start = (Named("numpy", "ndarray"), (0,), b"b")
        return Made(Named("numpy.core.multiarray", "_reconstruct"), start, (1, values.shape, kind, False, content))

    stamps = np.array(["2019-01-02", "2019-01-03"], dtype="M8[ns]")
    labels = np.array(["portfolio_value", "returns"], dtype=object)
    index = Made(
        Named("pandas.core.indexes.datetimes", "_new_DatetimeIndex"),
        (Named("pandas.core.indexes.datetimes", "DatetimeIndex"), {"data": array(stamps, "M8", (({}, (b"ns", 1, 1, 1)),)), "tz": Made(Named("pytz", "_UTC"), ()), "name": None}),
    )  # fmt: skip
    columns = Made(
        Named("pandas.core.indexes.base", "_new_Index"),
        (Named("pandas.core.indexes.base", "Index"), {"data": array(labels, "O8"), "name": None}),
    )
    values = array(np.array([[100.0, 101.0], [0.0, 0.01]]), "f8")
    places = Made(Named("builtins", "slice"), (0, 2, 1))
    inner = {"axes": [columns, index], "blocks": [{"values": values, "mgr_locs": places}]}
    manager = Made(
        Named("pandas.core.internals.managers", "BlockManager"),
        (),
        ([columns, index], [values], [columns], {"0.14.1": inner}),
    )
    frame = Made(Named("pandas.core.frame", "DataFrame"), (), {"_data": manager, "_typ": "dataframe"})
    buffer = io.BytesIO()
    Old(buffer, 3).dump(frame)
    return buffer.getvalue()


# --- figures that are none -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [float("nan"), float("inf"), -float("inf"), 1e400, "NaN", "Infinity", None, "n/a", [], {}, True, 10**400, 1e300],
)
def test_no_figure_is_ever_undefined_or_infinite(value: object) -> None:
    for make, where in (
        (made.vectorbt, "Sharpe Ratio"),
        (lambda: made.lean_statistics(), "Sharpe Ratio"),
        (lambda: made.freqtrade()["strategy"]["Alpha"], "sharpe"),
        (lambda: made.nautilus()["stats_returns"], "Sharpe Ratio (252 days)"),
    ):
        document = make()
        document[where] = value
        if where == "sharpe":
            document.pop("wallet_stats")
            document = {"strategy": {"Alpha": document}}
        run = read_bytes("x.json", json.dumps(document).encode())[0]
        assert not [item for item in run.stated if item.name == "sharpe"]


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e400", "1e300", '"x"', "null", "{}"])
def test_a_curve_with_such_a_value_is_refused(value: str) -> None:
    document = json.dumps(made.freqtrade()).replace('["2024-03-03", ', f'["2024-03-03", {value}], ["2024-03-04", ', 1)
    sentence = refused(document.encode())
    assert "daily_profit" in sentence or "beyond" in sentence
    document = json.dumps(made.backtrader()).replace(
        '"2019-01-09T23:59:59.999989": ', f'"2019-01-08T12:00:00": {value}, "2019-01-09T23:59:59.999989": ', 1
    )
    refused(document.encode())


@pytest.mark.parametrize(
    ("rows", "wanted"),
    [
        ("2020-01-01,0.01\n2020-01-02,inf\n2020-01-03,0.01", "not a number|infinite"),
        ("2020-01-01,0.01\n2020-01-02,\n2020-01-03,0.01", "no number on 2020-01-02"),
        ("2020-01-01,0.01\n2020-01-02,nan\n2020-01-03,0.01", "no number on 2020-01-02"),
        ("2020-01-01,0.01\n2020-01-02,abc\n2020-01-03,0.01", "'abc', which is not a number"),
        ("2020-01-01,0.01\n2020-13-02,0.1\n2020-01-03,0.01", "'2020-13-02', which is not a date"),
        ("2020-01-01,0.01\n2020-01-01,0.02\n2020-01-03,0.01", "two different values for 2020-01-01"),
        ("2020-01-01,0.01", "at least 2"),
        ("2020-01-01,0.01\n2020-01-02,-1.5", "loss of more than everything"),
        ("2020-01-01,1.5\n2020-01-02,-30", "fractions"),
        ("0001-01-01,0.1\n2020-01-02,0.1", "outside the years"),
        ("2020-01-01,0.1\n9999-01-02,0.1", "outside the years"),
        ("01/02/2020,0.1\n01/03/2020,0.1\n01/04/2020,0.1", "day/month or month/day"),
        ("13/02/2020,0.1\n01/13/2020,0.1", "mixes"),
    ],
)
def test_plain_returns_that_cannot_be(rows: str, wanted: str) -> None:
    sentence = refused(f"date,r\n{rows}\n".encode(), "returns")
    assert re.search(wanted, sentence), sentence


def test_prices_of_a_market_are_no_equity() -> None:
    content = b"date,open,high,low,close,volume\n2020-01-01,1,2,1,2,100\n2020-01-02,2,3,2,3,100\n"
    assert "prices of a market" in refused(content, "equity")
