"""Valid files, damaged at random: only runs that can be kept, or `BadInput`, ever come out."""

import json
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tools.backtests.codec import dumps, loads
from tools.backtests.model import BacktestRun
from tools.backtests.readers.read import ENGINES, read_bytes
from tools.errors import BadInput

ODD = [
    None,
    True,
    -1,
    0,
    1e400,
    float("nan"),
    10**30,
    "",
    "x",
    "-100",
    "1e999",
    [],
    {},
    [[]],
    {"a": None},
    "2020-01-01",
    "٣",
    "\ud800",
]
BYTES = [
    b"",
    b"\0",
    b"\xff\xfe",
    b",",
    b";",
    b'"',
    b"{",
    b"]",
    b"nan",
    b"-",
    b"1e999",
    b"\n",
    b"%",
    b"\x80\x04",
    b"PK\x03\x04",
    b"R",
    b"b",
]


def outcome(name: str, content: bytes, engine: str | None) -> list[BacktestRun]:
    """The runs, every one of them such that it can be stored; none for a refused file. Anything else fails the test."""
    try:
        runs = read_bytes(name, content, engine)
    except BadInput as problem:
        sentence = str(problem)
    else:
        sentence = ""
    if sentence:
        assert len(sentence) < 600
        assert "\n" not in sentence
        return []
    assert runs
    for run in runs:
        try:
            text = dumps(run)
        except BadInput as refused:
            pytest.fail(f"{name}: a run came out that cannot be kept: {refused}")
        loads(text)
    return runs


def chosen(files: dict[str, tuple[bytes, str | None]], pick: random.Random) -> tuple[str, bytes, str | None]:
    name = pick.choice(sorted(files))
    content, engine = files[name]
    return name, content, pick.choice([engine, engine, engine, pick.choice(ENGINES)])


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_bytes_changed_cut_and_inserted(files, seed: int) -> None:
    pick = random.Random(seed)
    name, content, engine = chosen(files, pick)
    damaged = bytearray(content)
    for _ in range(pick.choice([1, 1, 2, 5, 30])):
        at = pick.randrange(len(damaged) + 1)
        kind = pick.random()
        if kind < 0.4 and at < len(damaged):
            damaged[at] = pick.randrange(256)
        elif kind < 0.6:
            damaged[at:at] = pick.choice(BYTES)
        elif kind < 0.75:
            del damaged[at : at + pick.choice([1, 3, 50, 1000])]
        elif kind < 0.85:
            damaged[at:at] = damaged[max(0, at - pick.choice([10, 200])) : at]
        else:
            damaged[at : at + 1] = bytes([pick.choice(b"0123456789-.eE,; ")])
    outcome(name, bytes(damaged), engine)


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_values_of_json_exchanged(files, seed: int) -> None:
    pick = random.Random(seed)
    name = pick.choice(sorted(name for name in files if name.endswith(".json")))
    document = json.loads(files[name][0])
    for _ in range(pick.choice([1, 2, 6])):
        document = exchanged(document, pick)
    outcome(name, json.dumps(document).encode(), pick.choice([None, None, pick.choice(ENGINES)]))


def exchanged(document: object, pick: random.Random) -> object:
    """The document with one value somewhere replaced, dropped or moved."""
    if pick.random() < 0.15 or not isinstance(document, dict | list) or not document:
        return pick.choice(ODD)
    if isinstance(document, list):
        at = pick.randrange(len(document))
        return [exchanged(one, pick) if place == at else one for place, one in enumerate(document)]
    key = pick.choice(sorted(document))
    changed = dict(document)
    if pick.random() < 0.15:
        changed[pick.choice(["", "x", "strategy", "statistics", "Equity", "2020-01-01", key.upper()])] = changed.pop(
            key
        )
    else:
        changed[key] = exchanged(document[key], pick)
    return changed


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_cells_of_tables_exchanged(files, seed: int) -> None:
    pick = random.Random(seed)
    name = pick.choice(sorted(name for name in files if name.endswith(".csv")))
    content, engine = files[name]
    lines = content.decode().split("\n")
    for _ in range(pick.choice([1, 3, 10])):
        at = pick.randrange(len(lines))
        cells = lines[at].split(",")
        cells[pick.randrange(len(cells))] = pick.choice(
            ["", "inf", "nan", "-", "1e999", "1,5", "99/99/9999", "2020-02-30", "x", "0", "-7"]
        )
        lines[at] = ",".join(cells)
        if pick.random() < 0.2:
            pick.shuffle(lines)
    outcome(name, "\n".join(lines).encode(), engine)


@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"{", b"[", b"\x80\x04", b"PK\x03\x04", b"\x1f\x8b", b"PAR1", b"date,r\n2020-01-01,"]),
)
@settings(max_examples=150, deadline=None)
def test_bytes_of_no_format(content: bytes, start: bytes) -> None:
    for engine in (None, "returns"):
        outcome("x", start + content, engine)
