"""The runbooks that come with Deskhand, the loader, and what the linter finds."""

import asyncio
import json
import re
import shutil
from pathlib import Path

import pytest
import yaml

from bot.audit.opened import open_audit
from bot.cli import COMMANDS, main
from bot.protocols import AuditEntry
from bot.settings import REPOSITORY, Settings
from tools.diagnostics import runbooks
from tools.errors import NotFound

GOOD = """---
title: The printer is on fire
owner: facilities
symptoms: [smoke]
tools: [host_disk]
roles: [operator]
escalate_to: trading-ops
---
## What you see
Smoke.

## What it means
Fire.

## Steps
1. **Leave.** Take the stairs, see [the plan](other.md).
2. **Look from outside.**
   Run: `host_disk path="/var/lib" limit=90`
3. Call 112. Then wait.

## It is over when
No smoke.

## Whom to wake
Everybody.
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "other.md").write_text(
        GOOD.replace("is on fire", "is out of paper").replace("[the plan](other.md)", "")
    )
    return tmp_path


def test_steps_are_read_with_their_tools(folder: Path) -> None:
    (folder / "printer.md").write_text(GOOD)
    assert runbooks.lint([folder], {"host_disk"}) == []
    runbook = runbooks.load([folder]).get("printer")
    assert [step.title for step in runbook.steps] == ["Leave", "Look from outside", "Call 112"]
    assert runbook.steps[1].tool == "host_disk"
    assert runbook.steps[1].arguments == {"path": "/var/lib", "limit": "90"}
    assert "Run:" not in runbook.steps[1].text
    assert runbook.step(4) is None
    assert runbook.over_when == "No smoke."


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("owner: facilities\n", "", "owner"),
        ("owner: facilities", "owner: ''", "owner"),
        ("symptoms: [smoke]", "symptoms: []", "symptoms"),
        ("tools: [host_disk]", "tools: [host_disk, teleport]", "there is no tool 'teleport'"),
        ("tools: [host_disk]", "tools: []", "runs 'host_disk', which is not among its tools"),
        ("roles: [operator]", "roles: [king]", "roles"),
        ("(other.md)", "(nowhere.md)", "'nowhere.md' leads nowhere"),
        ("(other.md)", "()", "leads nowhere"),
        ("## It is over when\nNo smoke.\n", "", "'## It is over when' is missing"),
        ("## Whom to wake\nEverybody.", "## Whom to wake\n", "'## Whom to wake' is missing"),
        ("2. **Look", "4. **Look", "not numbered"),
        ("1. **Leave.**", "- Leave.", "not numbered"),
        ("---\ntitle", "title", "front matter"),
        ("title: The printer is on fire", "title: The printer is out of paper", "has the title of other.md"),
        ("symptoms: [smoke]", "symptoms: [smoke", "not valid YAML"),
    ],
)
def test_what_is_wrong_is_named(folder: Path, old: str, new: str, said: str) -> None:
    assert old in GOOD
    (folder / "printer.md").write_text(GOOD.replace(old, new, 1))
    findings = runbooks.lint([folder], {"host_disk"})
    assert [finding for finding in findings if said in finding and finding.startswith("printer.md")], findings


def test_a_file_that_is_no_runbook_is_left_out(folder: Path) -> None:
    (folder / "notes.md").write_bytes(b"\xff\xfe just notes")
    assert [one.id for one in runbooks.load([folder]).all()] == ["other"]
    assert "notes.md" in runbooks.lint([folder])[0]


def test_a_desk_adds_its_own_and_overrides_ours(tmp_path: Path) -> None:
    (tmp_path / "stale-data.md").write_text(GOOD.replace("[the plan](other.md)", "[ours](disk-filling.md)"))
    assert runbooks.lint([tmp_path]) == []
    found = runbooks.load([runbooks.FOLDER, tmp_path, tmp_path / "missing"])
    assert found.get("stale-data").title == "The printer is on fire"
    assert found.get("stuck-pipeline").owner == "data-engineering"
    with pytest.raises(NotFound, match="stuck-pipeline"):
        found.get("nothing")


def test_ours_cover_what_the_desk_and_deskhand_need(
    capsys: pytest.CaptureFixture[str], monkeypatch, tmp_path
) -> None:
    monkeypatch.setenv("DESKHAND_HOME", str(tmp_path))
    assert main(["runbooks", "lint"]) == 0
    assert main(["runbooks", "list", "--json"]) == 0
    out = capsys.readouterr().out.splitlines()[-1]
    assert len(json.loads(out)) >= 20
    assert main(["runbooks", "show", "deskhand-restore"]) == 0
    assert "audit.anchor" in capsys.readouterr().out
    (tmp_path / "runbooks").mkdir()
    (tmp_path / "runbooks" / "bad.md").write_text("no front matter")
    assert main(["runbooks", "lint", "--json"]) == 1


def spans() -> list[tuple[str, str]]:
    """Every command that a runbook gives, with the runbook's name."""
    return [
        (runbook.id, span)
        for runbook in runbooks.load().all()
        for text in runbook.sections.values()
        for span in re.findall(r"`([^`]+)`", " ".join(text.split()))
    ]


def test_the_commands_that_runbooks_give_exist() -> None:
    said = {
        found
        for _, span in spans()
        for found in re.findall(r"(?<![\w/.-])deskhand (?!deskhand\b)([a-z]+(?: [a-z]+)?)(?![\w.-])", span)
    }
    told = {words for words in said if words.split()[0] in COMMANDS}
    assert {"db upgrade", "audit verify", "audit export", "check"} <= told
    for words in told:
        with pytest.raises(SystemExit) as ended:
            main([*words.split(), "--help"])
        assert ended.value.code == 0, words


def test_compose_has_the_services_that_runbooks_name() -> None:
    compose = yaml.safe_load((REPOSITORY / "compose.yaml").read_text())
    used = {
        word
        for _, span in spans()
        for command in re.findall(r"docker compose ((?:exec|run|stop|up|restart|logs|build|start)[^<>|;]*)", span)
        for word in command.split()[1:3]
        if re.fullmatch(r"[a-z]+", word)
    }
    assert used & {"deskhand", "postgres"} == {"deskhand", "postgres"}
    assert {"deskhand", "postgres"} <= set(compose["services"])
    assert "DESKHAND_HOME=/data" in (REPOSITORY / "Dockerfile").read_text()


def test_a_restored_backup_says_what_the_runbook_says_it_will(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Deskhand's own restore, as written: the folder put back, `db upgrade`, `audit verify`, the witness moved aside."""
    home, backup = tmp_path / "home", tmp_path / "backup"
    monkeypatch.setenv("DESKHAND_HOME", str(home))
    asyncio.run(audited(home, 3))
    shutil.copytree(home, backup)
    asyncio.run(audited(home, 2))
    witness = (home / "audit.anchor").read_text()
    shutil.rmtree(home)
    shutil.copytree(backup, home)
    (home / "audit.anchor").write_text(witness)  # as with compose, where the witness lies beside the database
    assert main(["db", "upgrade"]) == 0
    assert "Already at revision" in capsys.readouterr().out
    assert main(["audit", "verify"]) == 1
    assert "it is missing; audit.anchor recorded rows up to 5" in capsys.readouterr().out
    (home / "audit.anchor").rename(home / "audit.anchor.before-restore")
    assert main(["audit", "verify"]) == 0


async def audited(home: Path, rows: int) -> None:
    settings = Settings(home=home)
    async with open_audit(settings) as audit:
        for number in range(rows):
            await audit.write(AuditEntry(actor="U1", action="test", correlation_id=str(number)))
