"""What the receiving process commits on SQLite, and how it comes into the inbox."""

import pytest

from bot.slack.commits import GroupCommit
from bot.slack.events import Envelope
from bot.slack.inbox import Inbox
from bot.slack.observing import Notebook
from bot.slack.spool import FromSpool, Spool, spool_of


@pytest.fixture
async def inbox(sqlite_database):
    made = Inbox(sqlite_database, GroupCommit(sqlite_database))
    await made.start()
    return made


@pytest.fixture
async def spool(sqlite_database):
    made = Spool(spool_of(sqlite_database))
    await made.open()
    yield made
    await made.close()


def envelope(number):
    return Envelope(key=f"message:C{number}:{number}.0", kind="message", user="U1", channel=f"C{number}", text="hi")


async def keys(inbox):
    return [job.envelope.key for job in await inbox.claim(50, [], 9)]


async def test_what_a_bot_that_died_left_is_moved_once_by_the_next(sqlite_database, spool, inbox):
    for number in range(3):
        assert await spool.add(envelope(number)) is None
    assert await spool.add(envelope(1)) is False
    for _ in range(2):  # the first is killed before it can say what it has moved
        notebook = Notebook()
        intake = FromSpool(spool_of(sqlite_database), inbox, notebook)
        await intake.start()
        up_to = await intake.take()
        await intake.close()
    assert notebook.take().events == [("message", "duplicate", 3)]
    assert await keys(inbox) == [envelope(number).key for number in range(3)]
    await spool.forget(up_to)
    await spool.add(envelope(7))
    last = FromSpool(spool_of(sqlite_database), inbox, notebook)
    await last.start()
    assert notebook.take().events == [("message", "accepted", 1)]
    await last.close()


class TestApart:
    """With a receiving process."""

    @pytest.fixture
    def apart(self):
        return True

    async def test_no_writing_of_the_bot_delays_an_acknowledgement(self, rig):
        acknowledged = rig.workspace.hub.sockets.acknowledged
        async with rig.database.write():  # nobody else can write to the database
            await rig.workspace.say("ana", "#desk", "@deskhand help")
            await rig.workspace.wait_for(lambda: len(acknowledged) > 0, 20)
            assert rig.answers() == []
        await rig.answer(within=20)
