"""From draft to approved to rolled back, on the command line, with the audit as the witness."""

import itertools
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.cli import main
from bot.prompts.book import FOLDER, PromptBook, load
from bot.prompts.lifecycle import login_name


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shipped prompts and a third version of one, at high risk."""
    folder = Path(shutil.copytree(FOLDER, tmp_path / "prompts"))
    second = (folder / "narrate.v2.md").read_text()
    third = second.replace("version: 2", "version: 3").replace("status: approved", "status: draft")
    (folder / "narrate.v3.md").write_text(
        third.replace("risk: medium", "risk: high").replace("You write", "You draft")
    )
    monkeypatch.setenv("DESKHAND_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DESKHAND_PROMPTS", str(folder))
    return folder


@pytest.fixture(autouse=True)
def logins(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Each person at a login of their own, until one signs in under somebody else's."""
    at: dict[str, str] = {}
    monkeypatch.setattr("bot.prompts.lifecycle.login_name", lambda: at.get("login") or f"login-{next(numbers)}")
    numbers = itertools.count(1)
    return lambda name: at.update(login=name)


def deskhand(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(list(arguments))
    said = capsys.readouterr()
    return code, said.out, said.err


def test_the_life_of_a_prompt(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = PromptBook(folder)
    code, said, _ = deskhand(capsys, "prompts", "diff", "narrate")
    assert (code, "-version: 2" in said, "+version: 3" in said) == (0, True, True)

    assert deskhand(capsys, "prompts", "approve", "narrate.v3", "--by", "olga")[1].endswith("1 more needed.\n")
    assert book.in_force("narrate").name == "narrate.v2"
    code, _, complaint = deskhand(capsys, "prompts", "approve", "narrate.v3", "--by", "olga")
    assert (code, "needs a second person" in complaint) == (2, True)
    code, _, complaint = deskhand(capsys, "prompts", "approve", "narrate.v3", "--by", "desk-tools")
    assert (code, "owns" in complaint) == (2, True)
    assert deskhand(capsys, "prompts", "approve", "narrate.v3", "--by", "pete")[0] == 0
    assert book.in_force("narrate").name == "narrate.v3"
    assert deskhand(capsys, "prompts", "lint")[0] == 0

    assert deskhand(capsys, "prompts", "rollback", "narrate", "--by", "olga", "--reason", "too chatty")[0] == 0
    assert book.in_force("narrate").name == "narrate.v2"
    assert deskhand(capsys, "prompts", "rollback", "narrate", "--to", "3", "--by", "olga")[0] == 0
    listed = json.loads(deskhand(capsys, "prompts", "list", "--json")[1])
    in_force = {row["id"]: row for row in listed if row["in_force"]}
    assert (in_force["narrate"]["version"], in_force["route"]["version"]) == (3, 1)
    assert [approval["by"] for approval in in_force["narrate"]["approvals"]] == ["olga", "pete"]

    rows = [json.loads(line) for line in deskhand(capsys, "audit", "export")[1].splitlines()]
    assert [(row["actor"], row["decision"], row["prompt_version"]) for row in rows] == [
        ("cli:olga", "approved_in_part", "narrate.v3"),
        ("cli:pete", "approved", "narrate.v3"),
        ("cli:olga", "rolled_back", "narrate.v2"),
        ("cli:olga", "rolled_back", "narrate.v3"),
    ]
    said = rows[2]["arguments"]
    assert (said["reason"], said["risk"], said["was_in_force"]) == ("too chatty", "medium", "narrate.v3")
    assert len({row["arguments"]["login"] for row in rows}) == 4
    assert rows[1]["result_hash"] == next(one for one in load(folder) if one.name == "narrate.v3").sha256


def test_one_login_is_one_person_whatever_name_it_gives(
    folder: Path, capsys: pytest.CaptureFixture[str], logins: Callable[[str], None]
) -> None:
    logins("shared")
    assert deskhand(capsys, "prompts", "approve", "narrate.v3", "--by", "olga")[0] == 0
    code, _, complaint = deskhand(capsys, "prompts", "approve", "narrate.v3", "--by", "pete")
    assert (code, "olga approved narrate.v3 from the login shared" in complaint) == (2, True)
    assert PromptBook(folder).in_force("narrate").name == "narrate.v2"
    assert "approved by olga (login shared)" in deskhand(capsys, "prompts", "list")[1]
    logins("pete")
    assert deskhand(capsys, "prompts", "approve", "narrate.v3", "--by", "pete")[0] == 0
    assert deskhand(capsys, "prompts", "lint")[0] == 0
    [first, second] = [json.loads(line) for line in deskhand(capsys, "audit", "export")[1].splitlines()]
    assert (first["arguments"]["login"], second["arguments"]["login"]) == ("shared", "pete")


def test_the_login_is_the_systems_word_and_not_the_environments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "somebody-else")
    assert login_name() != "somebody-else"


def test_a_text_changed_between_two_approvals_begins_again(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    deskhand(capsys, "prompts", "approve", "narrate.v3", "--by", "olga")
    path = folder / "narrate.v3.md"
    path.write_text(path.read_text().replace("You draft", "You compose"))
    assert "1 more needed" in deskhand(capsys, "prompts", "approve", "narrate.v3", "--by", "pete")[1]
    assert PromptBook(folder).in_force("narrate").name == "narrate.v2"


def test_what_has_findings_cannot_be_approved(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = folder / "narrate.v3.md"
    path.write_text(path.read_text().replace("{{ kpis | data }}", "{{ kpis }}"))
    code, _, complaint = deskhand(capsys, "prompts", "approve", "narrate.v3", "--by", "olga")
    assert (code, "outside a delimited slot" in complaint) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("approve", "narrate.v9"), "There is no prompt version 'narrate.v9'"),
        (("approve", "narrate.v2"), "approved already"),
        (("rollback", "ghost"), "no approved version of 'ghost'"),
        (("rollback", "route"), "no such approved version"),
        (("rollback", "narrate", "--to", "3"), "no such approved version"),
        (("diff", "ghost"), "no prompt 'ghost'"),
        (("diff", "narrate", "1", "8"), "no version 8"),
    ],
)
def test_bad_use_is_one_clear_line(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], complaint: str
) -> None:
    code, _, said = deskhand(capsys, "prompts", *arguments)
    assert code == 2
    assert complaint in said
    assert said.count("\n") == 1
