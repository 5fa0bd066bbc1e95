import asyncio
import dataclasses
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from bot.storage.backtests import SqlBacktestStore
from bot.storage.narratives import SqlNarrativeCache
from bot.storage.tables import backtests
from tools.backtests.codec import _Document, dumps, loads
from tools.backtests.model import BacktestRun, Curve, Stated, Trade
from tools.errors import BadInput, Problem


def curve(*values, start="2018-01-01", unit="D"):
    return Curve(np.datetime64(start, unit) + np.arange(len(values)), np.array(values, dtype=float))


def example(**changes):
    trade = Trade(
        "SPY", "long", 10.0, np.datetime64("2018-01-02"), 1.5, np.datetime64("2018-01-03T15:30:00"), 2.5, 10.0
    )
    stated = Stated("sharpe", 1.2, "ratio", 'statistics."Sharpe"', "as the engine says", annualisation=252.0)
    run = BacktestRun(
        name="Golden cross",
        engine="deskhand",
        equity=curve(100.0, 101.5, 99.25),
        symbols=("SPY",),
        benchmark=curve(1.0, 2.0, unit="s"),
        benchmark_name="buy and hold",
        trades=(trade, dataclasses.replace(trade, exit_date=None, side="short")),
        stated=(stated,),
        configuration={"fast": 50, "slow": 200.0, "adjusted": True, "note": None, "mode": "close"},
        trials=3,
        notes=("a note",),
    )
    return dataclasses.replace(run, **changes)


def test_the_document_has_every_field_of_a_run():
    fields = {field.name for field in dataclasses.fields(BacktestRun)} - {"id"}
    assert set(_Document.model_fields) - {"format", "version"} == fields


def test_a_document_reads_back_the_same():
    text = dumps(example())
    run = loads(text)
    assert dumps(run) == text
    assert run.trades[0] == example().trades[0]
    assert run.stated == example().stated
    assert run.configuration == example().configuration
    assert isinstance(run.configuration["fast"], int)
    assert json.loads(text)["equity"] == {
        "dates": ["2018-01-01", "2018-01-02", "2018-01-03"],
        "values": [100, 101.5, 99.25],
    }
    assert json.loads(text)["trades"][0]["exit_date"] == "2018-01-03T15:30:00"


def test_equal_content_is_equal_text():
    one = example(configuration={"a": 1, "b": np.float64(2.0)}, equity=curve(0.0, 1.0), id="x")
    other = example(configuration={"b": 2.0, "a": 1}, equity=curve(-0.0, 1.0), id="y")
    assert dumps(one) == dumps(other)


@pytest.mark.parametrize(
    "changes",
    [
        {"equity": curve(1.0, float("nan"))},
        {"equity": curve(1.0, float("inf"))},
        {"benchmark": Curve(np.array(["2018-01-02", "2018-01-01"], "datetime64[s]"), np.array([1.0, 2.0]))},
        {"benchmark": Curve(np.array(["2018-01-01", "NaT"], "datetime64[s]"), np.array([1.0, 2.0]))},
        {"fee": float("nan")},
        {"configuration": {"x": float("inf")}},
        {"trades": (Trade("A", "long", 1.0, np.datetime64("NaT"), 1.0),)},
        {"configuration": {"x": object()}},
    ],
)
def test_what_is_not_a_number_is_refused(changes):
    with pytest.raises(BadInput):
        dumps(example(**changes))


def without(text, **changes):
    return json.dumps({**json.loads(text), **changes})


@pytest.mark.parametrize(
    "changes",
    [
        {"version": 2},
        {"format": "other"},
        {"surprise": 1},
        {"name": 5},
        {"equity": {"dates": ["2018-01-01"], "values": []}},
        {"equity": {"dates": ["today"], "values": [1.0]}},
        {"equity": {"dates": ["2018-13-01"], "values": [1.0]}},
        {"equity": {"dates": ["2018-01-02", "2018-01-01"], "values": [1.0, 2.0]}},
        {"equity": {"dates": ["2018-01-01"], "values": ["1.0"]}},
        {"configuration": {"a": {"b": 1}}},
        {"trades": [{"symbol": "A"}]},
        {"tags": ["x"] * 10_001},
    ],
)
def test_documents_that_are_not_ours_are_refused(changes):
    with pytest.raises(BadInput, match=r"\w"):
        loads(without(dumps(example()), **changes))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        "null",
        '{"fee": NaN}',
        dumps(example()).replace("99.25", "NaN"),
        dumps(example()).replace("99.25", "1e999"),
    ],
)
def test_text_that_is_no_document_is_refused(text):
    with pytest.raises(BadInput):
        loads(text)


numbers = st.floats(allow_nan=False, allow_infinity=False)
runs = st.builds(
    example,
    name=st.text(max_size=30),
    equity=st.none() | st.builds(lambda values: curve(*values, unit="s"), st.lists(numbers, max_size=5)),
    configuration=st.dictionaries(
        st.text(max_size=5), st.none() | st.booleans() | st.integers(-9, 9) | numbers | st.text()
    ),
    symbols=st.lists(st.text(max_size=5), max_size=3).map(tuple),
    fee=st.none() | numbers,
)


@settings(max_examples=60, deadline=None)
@given(runs)
def test_any_run_reads_back_the_same(run):
    assert dumps(loads(dumps(run))) == dumps(run)


async def test_ids_are_short_and_readable_and_the_same_content_keeps_its_first(database):
    store = SqlBacktestStore(database)
    first = await store.add(example(), by="U1")
    assert first.startswith("golden-cross-spy-")
    assert len(first) == len("golden-cross-spy-3f9a")
    assert await store.add(example(), by="U2") == first
    other = await store.add(example(trials=4), by="U1")
    assert other != first
    run = await store.get(first)
    assert run.id == first
    assert dumps(run) == dumps(example())
    assert await store.get("nothing") is None
    newest, oldest = await store.list()
    assert (newest.id, oldest.id) == (other, first)
    assert (oldest.start, oldest.end, oldest.symbols) == ("2018-01-01", "2018-01-03", ("SPY",))
    assert oldest.created_at.endswith("+00:00")


async def test_a_taken_id_grows(database):
    store = SqlBacktestStore(database)
    first = await store.add(example(), by="U1")
    async with database.write() as connection:  # as if another content had the same first four digits
        await connection.execute(update(backtests).values(content_hash="f" * 64))
    second = await store.add(example(), by="U1")
    assert second.startswith(first)
    assert len(second) == len(first) + 2


async def test_the_same_run_added_at_once_is_kept_once(database):
    store = SqlBacktestStore(database)
    ids = await asyncio.gather(*(store.add(example(), by="U1") for _ in range(5)))
    assert len(set(ids)) == 1
    assert len(await store.list()) == 1


async def test_names_no_column_could_hold(database):
    store = SqlBacktestStore(database)
    awkward = example(
        name="nul\x00 \ud800 " + "x" * 400, engine="e" * 100, symbols=("A", "B"), strategy="s" * 90, equity=None
    )
    run_id = await store.add(awkward, by="U" * 100)
    assert len(run_id) <= 64
    assert (await store.get(run_id)).name == awkward.name.replace("\ud800", "?")
    (summary,) = await store.list()
    assert summary.start is None
    assert await store.add(example(name="–––", symbols=()), by="U1") != run_id


async def test_what_would_not_be_read_back_is_refused_at_once(sqlite_database):
    store = SqlBacktestStore(sqlite_database)
    with pytest.raises(BadInput, match="name"):
        await store.add(example(name="x" * 2_000), by="U1")
    assert not await store.list()


async def test_a_row_changed_by_something_else_is_not_believed(database):
    store = SqlBacktestStore(database)
    run_id = await store.add(example(), by="U1")
    async with database.write() as connection:
        await connection.execute(update(backtests).values(payload=b"junk"))
    with pytest.raises(Problem, match="damaged"):
        await store.get(run_id)


async def test_narratives_are_kept_under_their_first_payload(database):
    cache = SqlNarrativeCache(database)
    assert await cache.get("k" * 64) is None
    await cache.put("k" * 64, backtest_id="b", detail="standard", payload='{"a": 1}')
    await cache.put("k" * 64, backtest_id="b", detail="standard", payload='{"a": 2}')
    assert await cache.get("k" * 64) == '{"a": 1}'
