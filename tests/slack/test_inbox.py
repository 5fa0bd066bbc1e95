"""The inbox on SQLite and on PostgreSQL: committed once, claimed once, fair, taken over, retried, parked."""

import asyncio

import pytest
from sqlalchemy import select, update

from bot.slack.commits import GroupCommit
from bot.slack.events import Envelope
from bot.slack.inbox import Inbox, _Owner
from bot.slack.threads import Threads
from bot.storage.tables import inbox as table


def envelope(number: int, channel: str = "C1", thread: str = "", **more: object) -> Envelope:
    ts = f"{number}.0"
    return Envelope(
        key=f"message:{channel}:{ts}",
        kind="message",
        user="U1",
        channel=channel,
        thread_ts=thread or ts,
        message_ts=ts,
        text=f"question {number}",
        **more,
    )


@pytest.fixture
async def inbox(database):
    made = Inbox(database, GroupCommit(database))
    await made.start()
    return made


async def claim(inbox, limit=10, running=(), per_lane=4):
    return await inbox.claim(limit, running, per_lane)


async def test_an_event_is_kept_once_however_often_it_comes(database, inbox):
    other = Inbox(database, GroupCommit(database))  # another replica: no shared memory
    results = await asyncio.gather(*(box.add(envelope(1)) for box in (inbox, other, inbox, other)))
    assert sorted(results) == [False, False, False, True]
    assert await inbox.add(envelope(1)) is False
    [job] = await claim(inbox)
    assert job.envelope == envelope(1)
    await inbox.done(job)
    assert await other.add(envelope(1)) is False
    assert await inbox.counts() == {}


async def test_many_at_once_share_commits_and_all_are_there(database, inbox):
    assert all(await asyncio.gather(*(inbox.add(envelope(n, f"C{n % 7}")) for n in range(100))))
    assert await inbox.counts() == {"new": 100}
    assert inbox.arrived.is_set()


async def test_two_claimers_never_get_the_same_row(database, inbox):
    other = Inbox(database, GroupCommit(database))
    await other.start()
    await asyncio.gather(*(inbox.add(envelope(n, f"C{n}")) for n in range(40)))
    claims = await asyncio.gather(*(box.claim(15, [], 4) for box in (inbox, other, inbox, other)))
    ids = [job.id for jobs in claims for job in jobs]
    assert len(ids) == len(set(ids))
    rest = await claim(inbox, 40)
    assert len(ids) + len(rest) == 40


async def test_claims_are_fair_between_channels_and_serial_in_a_thread(inbox):
    for n in range(8):
        await inbox.add(envelope(n, "CBUSY"))
    await inbox.add(envelope(100, "CQUIET"))
    await inbox.add(envelope(101, "CQUIET", thread="100.0"))
    jobs = await claim(inbox, 10, per_lane=2)
    assert [job.envelope.message_ts for job in jobs] == ["0.0", "1.0", "100.0"]
    assert await claim(inbox, 10, running=jobs, per_lane=2) == []
    await inbox.done(jobs[-1])
    [second] = await claim(inbox, 10, running=jobs[:-1], per_lane=2)
    assert second.envelope.message_ts == "101.0"


async def test_a_channel_full_of_work_does_not_hide_others(inbox):
    await asyncio.gather(*(inbox.add(envelope(n, "CBUSY")) for n in range(30)))
    await inbox.add(envelope(500, "CQUIET"))
    first = await claim(inbox, 1, per_lane=1)
    second = await claim(inbox, 1, running=first, per_lane=1)
    assert second[0].envelope.channel == "CQUIET"


async def test_retry_waits_and_park_gives_up(database, inbox):
    await inbox.add(envelope(1))
    [job] = await claim(inbox)
    await inbox.retry(job, 60, "ValueError: no")
    assert await claim(inbox) == []
    await _set(database, available_at=0.0)
    [again] = await claim(inbox)
    assert (again.attempts, again.correlation_id) == (2, job.correlation_id)
    await inbox.park(again, "gave up")
    assert await inbox.counts() == {"parked": 1}
    assert await claim(inbox) == []


async def test_a_lease_that_lapses_makes_the_row_claimable_and_its_holder_powerless(database, inbox):
    await inbox.add(envelope(1))
    [job] = await claim(inbox)
    assert await claim(inbox) == []
    await _set(database, claimed_until=1.0)
    other = Inbox(database, GroupCommit(database))
    await other.start()
    [stolen] = await claim(other)
    await inbox.done(job)  # too late: it is not ours any more
    assert await inbox.counts() == {"claimed": 1}
    await other.done(stolen)
    assert await inbox.counts() == {}


async def test_renewal_keeps_a_claim(database, inbox):
    await inbox.add(envelope(1))
    [job] = await claim(inbox)
    await _set(database, claimed_until=1.0)
    await inbox.renew([job])
    assert await claim(inbox) == []


async def test_a_dead_predecessor_on_this_machine_is_taken_over_at_once(database, inbox):
    await inbox.add(envelope(1))
    await claim(inbox)
    process = await asyncio.create_subprocess_exec("true")
    await process.wait()
    me = inbox._me
    await _set(database, claimed_by=_Owner(me.machine, process.pid, "before").name)
    successor = Inbox(database, GroupCommit(database))
    assert await successor.start() == 1
    assert len(await claim(successor)) == 1


@pytest.mark.parametrize("owner", ["elsewhere:1:x", "nonsense"])
async def test_who_may_be_alive_is_left_alone(database, inbox, owner):
    await inbox.add(envelope(1))
    await claim(inbox)
    await _set(database, claimed_by=owner)
    assert await Inbox(database, GroupCommit(database)).start() == 0


async def test_talk_in_threads_counts_only_where_the_bot_is_part(database, inbox):
    talk = envelope(7, thread="5.0", only_in_known_thread=True)
    assert await inbox.add(talk) is False
    threads = Threads(database, GroupCommit(database))
    await threads.remember("C1", "5.0", {})
    assert await inbox.add(talk) is True
    await inbox.add(envelope(20))
    await claim(inbox)
    assert await inbox.add(envelope(21, thread="20.0", only_in_known_thread=True)) is True


async def test_an_unreachable_database_is_an_error_not_a_lost_event(database, inbox, monkeypatch):
    async def broken(work):
        raise OSError("no database")

    monkeypatch.setattr(database, "run", broken)
    with pytest.raises(OSError, match="no database"):
        await inbox.add(envelope(1))
    monkeypatch.undo()
    assert await inbox.add(envelope(1)) is True


async def test_one_bad_write_does_not_fail_its_neighbours(database):
    commits = GroupCommit(database)

    def good(connection, items):
        return [item * 2 for item in items]

    def bad(connection, items):
        raise ValueError("bad")

    results = await asyncio.gather(
        *(commits.run(good, n) for n in range(3)), commits.run(bad, 1), commits.run(good, 9), return_exceptions=True
    )
    assert results[:3] == [0, 2, 4]
    assert isinstance(results[3], ValueError)
    assert results[4] == 18


async def test_subject_is_kept_by_a_reply_without_one_and_posts_are_in_doubt_until_recorded(database):
    threads = Threads(database, GroupCommit(database))
    await threads.remember("C1", "1.0", {"backtest_id": "b"})
    await threads.remember("C1", "1.0", {})
    assert await threads.subject("C1", "1.0") == {"backtest_id": "b"}
    assert await threads.subject("C1", "2.0") == {}
    await threads.about_to_post("e", 0, "C1")
    assert await threads.posted("e") == {0: ""}
    await threads.record("e", 0, "C1", "3.0")
    assert await threads.posted("e") == {0: "3.0"}


@pytest.mark.parametrize("given_up", [False, True])
async def test_what_was_finished_or_given_up_long_ago_is_forgotten(database, inbox, given_up):
    await inbox.add(envelope(1))
    [job] = await claim(inbox)
    await (inbox.park(job, "it failed") if given_up else inbox.done(job))
    await inbox.purge()
    assert await inbox.envelope(envelope(1).key) == envelope(1)
    await _set(database, finished_at=1.0)
    await inbox.purge()
    assert await inbox.envelope(envelope(1).key) is None


async def _set(database, **values):
    async with database.write() as connection:
        await connection.execute(update(table).values(**values))
    async with database.read() as connection:
        assert (await connection.execute(select(table.c.id))).first() is not None
