import asyncio
import json
import logging
import sqlite3

import pytest
import structlog

from bot.audit.log import ChainedAudit
from bot.cli import main
from bot.protocols import AuditEntry
from bot.settings import reference
from bot.storage.database import Database
from bot.storage.migrate import upgrade


@pytest.fixture
def home(monkeypatch, tmp_path):
    for setting in reference():
        if setting.variable:
            monkeypatch.delenv(setting.variable, raising=False)
    monkeypatch.setenv("DESKHAND_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    handlers, level = logging.getLogger().handlers[:], logging.getLogger().level
    yield tmp_path
    logging.getLogger().handlers[:] = handlers
    logging.getLogger().setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def filled(home):
    async def fill():
        url = f"sqlite+aiosqlite:///{home}/deskhand.db"
        await upgrade(url)
        database = Database(url)
        log = ChainedAudit(database, anchor=home / "audit.anchor")
        for number in range(3):
            await log.write(AuditEntry("U1", "request", "c-1", arguments={"n": number}))
        await database.close()

    asyncio.run(fill())
    return home


def test_verify_says_all_is_well(filled, capsys):
    assert main(["audit", "verify"]) == 0
    assert capsys.readouterr().out == "3 rows, all as they were written.\n"
    assert main(["audit", "verify", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == {"ok": True, "rows": 3, "witnessed": 3, "first_broken": None, "reason": ""}
    (filled / "audit.anchor").unlink()
    main(["audit", "verify"])
    assert "no audit.anchor" in capsys.readouterr().out


def test_verify_names_the_first_broken_row(filled, capsys):
    with sqlite3.connect(filled / "deskhand.db") as connection:
        connection.execute("UPDATE audit SET entry = replace(entry, '\"n\":1', '\"n\":7')")
    connection.close()
    assert main(["audit", "verify"]) == 1
    assert capsys.readouterr().out.startswith("Broken at row 2: its content does not fit its hash")
    assert main(["audit", "verify", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["first_broken"] == 2


def test_export_is_one_json_object_a_line(filled, capsys):
    assert main(["audit", "export"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["arguments"]["n"] for line in lines] == [0, 1, 2]
    assert main(["audit", "export", "--out", str(filled / "out.jsonl")]) == 0
    assert capsys.readouterr().out == ""
    assert [json.loads(line) for line in (filled / "out.jsonl").read_text().splitlines()] == lines


def test_an_entry_that_is_no_json_any_more_is_exported_as_it_is(filled, capsys):
    with sqlite3.connect(filled / "deskhand.db") as connection:
        connection.execute("UPDATE audit SET entry = 'junk' WHERE seq = 2")
    connection.close()
    assert main(["audit", "export"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[1])["unreadable"] == "junk"


def test_bad_use_and_bad_places_are_one_line(filled, capsys):
    with pytest.raises(SystemExit) as left:
        main(["audit"])
    assert left.value.code == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert main(["audit", "export", "--out", str(filled / "absent" / "x")]) == 2
    assert "Cannot write" in capsys.readouterr().err


def test_db_upgrade_says_what_it_did(home, capsys):
    assert main(["db", "upgrade"]) == 0
    assert main(["db", "upgrade"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("Upgraded to revision ")
    assert second.startswith("Already at revision ")
