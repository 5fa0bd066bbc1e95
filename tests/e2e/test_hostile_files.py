"""Wrong and hostile files dropped in Slack and given on the command line: one clear sentence, nothing stored, nothing run."""

import gzip
import io
import json
import zipfile
from pathlib import Path

import pytest
from talk import ANSWER_SECONDS, Conversation

from bot.cli import main
from bot.workspace.state import Message


def packed(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


FILES = {
    "empty.json": b"",
    "cut.json": b'{"format": "deskhand.backtest", "version": 1, "name": "x", "equi',
    "deep.json": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "infinite.csv": b"date,equity\n2020-01-01,100\n2020-01-02,inf\n2020-01-03,nan\n",
    "code.pickle": b"\x80\x04cposix\nsystem\n\x8c\x0btouch /x/ran\x85R.",
    "bomb.json.gz": gzip.compress(b"0" * (70 * 2**20)),
    "climbs.zip": packed({"../../evil.json": b"{}"}),
    "notes.txt": b"The strategy did well.\nIt really did\n",
}


def is_one_sentence(text: str) -> bool:
    return "\n" not in text.strip() and "Traceback" not in text and len(text) < 450


async def dropped(talk: Conversation, name: str, content: bytes, size: int | None = None) -> Message:
    file = talk.workspace.people.upload("ana", name, content or b"x")
    file.content, file.length = content, size or len(content)
    said = await talk.workspace.say("ana", "#desk", "@Deskhand report on this file", file_ids=[file.id])
    await talk.workspace.wait_for(lambda: bool(talk.replies("#desk", said.ts)), ANSWER_SECONDS)
    return talk.replies("#desk", said.ts)[-1]


async def test_dropped_in_slack(conversation: Conversation) -> None:
    before = await conversation.bot.core.store.list()
    for name in ("empty.json", "deep.json", "code.pickle", "bomb.json.gz"):  # the command line reads them all
        answer = await dropped(conversation, name, FILES[name])
        assert is_one_sentence(answer.text), (name, answer.text)
        assert "correlation" not in answer.text, (name, answer.text)
        assert {block["type"] for block in answer.blocks} <= {"section", "context_actions"}, name
    huge = await dropped(conversation, "huge.csv", b"date,equity\n", size=200 * 2**20)
    assert "larger than the 20 MB that I read" in huge.text
    assert await conversation.bot.core.store.list() == before


def test_given_on_the_command_line(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    monkeypatch.setenv("DESKHAND_HOME", str(home))
    monkeypatch.chdir(tmp_path)
    assert main(["backtests", "list", "--json"]) == 0
    before = json.loads(capsys.readouterr().out)
    with Path("huge.csv").open("wb") as huge:
        huge.truncate(200 * 2**20)
    for name, content in FILES.items():
        Path(name).write_bytes(content)
    for name in (*FILES, "huge.csv"):
        for command in (["narrate", name], ["backtests", "import", name]):
            assert main(command) == 2, name
            told = capsys.readouterr()
            assert told.out == ""
            assert told.err.count("\n") == 1, told.err
            assert is_one_sentence(told.err), told.err
    assert main(["backtests", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == before
