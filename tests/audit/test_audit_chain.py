import asyncio
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, update

from bot.audit.log import GENESIS, ChainedAudit, canonical
from bot.protocols import AuditEntry
from bot.storage.tables import audit, audit_head
from tools.errors import Problem

SIZE = 6
COLUMNS = {
    "at": 1.5,
    "actor": "mallory",
    "action": "nothing",
    "correlation_id": "other",
    "entry": "{}",
    "previous_hash": "f" * 64,
    "hash": "e" * 64,
}


@pytest.fixture
def anchor(tmp_path):
    return tmp_path / "audit.anchor"


@pytest.fixture
def log(database, anchor):
    return ChainedAudit(database, anchor=anchor)


async def fill(log, size=SIZE):
    for number in range(size):
        await log.write(entry(text=f"row {number}"))


def entry(**arguments):
    return AuditEntry(actor="U1", action="request", correlation_id="c-1", intent="narrate", arguments=arguments)


async def test_an_untouched_chain_verifies_and_exports(log, database):
    assert (await log.verify()).ok
    await fill(log)
    verdict = await log.verify()
    assert (verdict.ok, verdict.rows) == (True, SIZE)
    lines = [json.loads(line) async for line in log.export()]
    assert [line["seq"] for line in lines] == [1, 2, 3, 4, 5, 6]
    assert lines[0]["previous_hash"] == GENESIS
    assert lines[1]["previous_hash"] == lines[0]["hash"]
    assert lines[0]["arguments"] == {"text": "row 0"}


async def test_append_stands_and_falls_with_the_transaction_of_the_state(log, database):
    async def fail():
        async with database.write() as connection:
            await log.append(connection, entry(text="undone"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert (await log.verify()).rows == 0
    async with database.write() as connection:
        await log.append(connection, entry(text="kept"))
        await log.append(connection, entry(text="kept too"))
    assert (await log.verify()).rows == 2


async def test_many_writers_at_once_make_one_chain(log, database, anchor):
    other = ChainedAudit(database, anchor=anchor)
    await asyncio.gather(*((log, other)[n % 2].write(entry(n=n)) for n in range(40)))
    verdict = await log.verify()
    assert (verdict.ok, verdict.rows) == (True, 40)


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("seq", [1, 3, SIZE])
async def test_a_changed_column_is_found_at_its_row(log, database, column, seq):
    await fill(log)
    await run(database, update(audit).where(audit.c.seq == seq).values({column: COLUMNS[column]}))
    assert (await log.verify()).first_broken == seq


async def run(database, *statements):
    async with database.write() as connection:
        for statement in statements:
            await connection.execute(statement)


async def test_every_tail_is_guarded(log, database, anchor):
    await fill(log)
    async with database.read() as connection:
        third = (await connection.execute(select(audit).where(audit.c.seq == 3))).one()
    await run(database, delete(audit).where(audit.c.seq == SIZE))
    verdict = await log.verify()
    assert (verdict.first_broken, verdict.reason) == (SIZE, "it is missing; the head row says there are 6")

    await run(database, delete(audit).where(audit.c.seq > 3), update(audit_head).values(seq=3, hash=third.hash))
    verdict = await log.verify()
    assert verdict.first_broken == 4
    assert "audit.anchor recorded rows up to 6" in verdict.reason

    await run(database, delete(audit), delete(audit_head))
    assert (await log.verify()).first_broken == 1


async def test_a_head_that_is_gone_is_told_and_stops_writing(log, database):
    await fill(log, 2)
    await run(database, delete(audit_head))
    assert (await log.verify()).first_broken == 3
    with pytest.raises(Problem, match="audit verify"):
        await log.write(entry())


async def test_a_history_rewritten_with_fresh_hashes_is_found_by_the_witness(log, database):
    await fill(log)
    await rewrite_from(database, 4)
    verdict = await log.verify()
    assert verdict.first_broken == 4
    assert "audit.anchor" in verdict.reason


async def test_under_a_key_nobody_without_it_can_rewrite(database):
    log = ChainedAudit(database, key=b"a key of the desk")
    await fill(log)
    assert (await log.verify()).ok
    await rewrite_from(database, 4)
    assert (await log.verify()).first_broken == 4
    stranger = await ChainedAudit(database, key=b"another").verify()
    assert stranger.first_broken == 1
    assert "DESKHAND_AUDIT_KEY" in stranger.reason


async def rewrite_from(database, seq):
    """What an attacker with the whole database can do: change a row and recompute all that follows."""
    forger = ChainedAudit(database)
    async with database.write() as connection:
        previous = await connection.scalar(select(audit.c.hash).where(audit.c.seq == seq - 1)) or GENESIS
        for row in (await connection.execute(select(audit).where(audit.c.seq >= seq).order_by(audit.c.seq))).all():
            body = canonical({**json.loads(row.entry), "decision": "approved"})
            digest = forger._digest(previous, body)
            changed = {"entry": body, "previous_hash": previous, "hash": digest}
            await connection.execute(update(audit).where(audit.c.seq == row.seq).values(changed))
            previous = digest
        await connection.execute(update(audit_head).values(hash=previous))


tampering = st.one_of(
    st.tuples(st.just("change"), st.integers(1, SIZE), st.sampled_from(sorted(COLUMNS))),
    st.tuples(st.just("delete"), st.integers(1, SIZE), st.just("")),
    st.tuples(st.just("insert"), st.sampled_from([-1, 0, SIZE + 1, SIZE + 9]), st.just("")),
    st.tuples(st.just("swap"), st.integers(1, SIZE - 1), st.just("")),
    st.tuples(st.just("cut"), st.integers(1, SIZE), st.sampled_from(["head kept", "head set back", "head gone"])),
    st.tuples(st.just("rewrite"), st.integers(1, SIZE), st.just("")),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.text(max_size=20), min_size=SIZE, max_size=SIZE), tamper=tampering)
async def test_whatever_is_done_to_it_the_first_broken_row_is_named(sqlite_database, tmp_path, texts, tamper):
    await check_tampering(sqlite_database, tmp_path / "audit.anchor", texts, tamper)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.text(max_size=20), min_size=SIZE, max_size=SIZE), tamper=tampering)
async def test_the_same_on_postgres(postgres_database, tmp_path, texts, tamper):
    await check_tampering(postgres_database, tmp_path / "audit.anchor", texts, tamper)


async def check_tampering(database, anchor, texts, tamper):
    await run(database, delete(audit), delete(audit_head))
    await asyncio.to_thread(anchor.unlink, missing_ok=True)
    log = ChainedAudit(database, anchor=anchor)
    async with database.write() as connection:
        rows = await log.append(connection, *(entry(text=text) for text in texts))
    await log._witness(rows)
    assert (await log.verify()).ok
    kind, seq, detail = tamper
    if kind == "change":
        await run(database, update(audit).where(audit.c.seq == seq).values({detail: COLUMNS[detail]}))
    elif kind == "delete":
        await run(database, delete(audit).where(audit.c.seq == seq))
    elif kind == "insert":
        async with database.write() as connection:
            row = (await connection.execute(select(audit).where(audit.c.seq == SIZE))).one()
            await connection.execute(insert(audit).values({**row._mapping, "seq": seq}))
    elif kind == "swap":
        move = [(seq, 1000), (seq + 1, seq), (1000, seq + 1)]
        await run(database, *(update(audit).where(audit.c.seq == a).values(seq=b) for a, b in move))
    elif kind == "rewrite":
        await rewrite_from(database, seq)
    else:
        await cut(database, seq, detail)
    found = (await log.verify()).first_broken
    assert found == (SIZE + 1 if kind == "insert" and seq > SIZE else seq)


async def cut(database, seq, head):
    async with database.write() as connection:
        previous = await connection.scalar(select(audit.c.hash).where(audit.c.seq == seq - 1))
        await connection.execute(delete(audit).where(audit.c.seq >= seq))
        if head == "head set back":
            await connection.execute(update(audit_head).values(seq=seq - 1, hash=previous or GENESIS))
        elif head == "head gone":
            await connection.execute(delete(audit_head))


async def test_what_an_entry_cannot_hold_is_made_to_fit(log, database):
    key = "xoxb-" + "1234-abcdef"
    await log.write(
        AuditEntry(
            actor="U" * 200,
            action="request",
            correlation_id=f"nul\x00 and {key}",
            arguments={"text": "a" * 9_000, "nan": float("nan"), "password": "hunter2", "lone": "\ud800", "k": key},
            duration_ms=float("inf"),
        )
    )
    assert (await log.verify()).ok
    (line,) = [line async for line in log.export()]
    kept = json.loads(line)
    assert key not in line
    assert "hunter2" not in line
    assert kept["actor"] == "U" * 64
    assert kept["correlation_id"] == "nul and [redacted]"
    assert kept["arguments"]["text"].endswith("(and 5000 more characters)")
    assert kept["arguments"]["nan"] == "nan"


async def test_the_witness_also_learns_of_rows_appended_elsewhere(log, database, anchor):
    async with database.write() as connection:
        await log.append(connection, entry())
        await log.append(connection, entry())
    assert not anchor.exists()
    await log.close()
    assert anchor.read_text().startswith("2 ")


async def test_a_witness_that_cannot_write_loses_no_entry(database, tmp_path):
    (tmp_path / "file").touch()
    log = ChainedAudit(database, anchor=tmp_path / "file" / "audit.anchor")
    await log.write(entry())
    assert (await log.verify()).rows == 1


async def test_a_line_torn_by_a_crash_says_nothing(log, anchor):
    await fill(log, 2)
    with anchor.open("a") as file:
        file.write("99 abc")
    assert (await log.verify()).ok


async def test_a_cancelled_writer_takes_nobody_along(sqlite_database):
    log = ChainedAudit(sqlite_database)
    writers = [asyncio.create_task(log.write(entry(n=n))) for n in range(5)]
    await asyncio.sleep(0)
    writers[0].cancel()
    writers[3].cancel()
    results = await asyncio.gather(*writers, return_exceptions=True)
    assert [type(result) for result in results if result is not None] == [asyncio.CancelledError] * 2
    verdict = await log.verify()
    assert verdict.ok
    assert verdict.rows >= 3


async def test_a_failure_reaches_every_writer_and_the_next_one_succeeds(sqlite_database):
    log = ChainedAudit(sqlite_database)
    await log.write(entry())
    await run(sqlite_database, delete(audit_head))
    failed = await asyncio.gather(log.write(entry()), log.write(entry()), return_exceptions=True)
    assert [type(result) for result in failed] == [Problem, Problem]
    await run(sqlite_database, delete(audit))
    await log.write(entry())
    assert (await log.verify()).rows == 1
