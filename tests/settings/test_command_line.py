"""What no command foresaw: one line, and the trace in a file."""

import os
import re
import subprocess
import sys
from pathlib import Path

from bot import cli
from bot.commands import db


def test_a_defect_is_one_line_and_its_trace_is_kept(monkeypatch, capsys):
    def broken(arguments):
        raise RuntimeError("token xoxb-1234567890-abcdefghij was in here\nand more")

    monkeypatch.setattr(db, "run", broken)
    assert cli.main(["db", "upgrade"]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "Traceback" not in said
    assert "xoxb" not in said
    trace = Path(re.search(r"report it with (\S+)", said)[1])
    assert "in broken" in trace.read_text()
    assert "xoxb-1" not in trace.read_text()
    trace.unlink()


def test_who_stops_reading_gets_no_error():
    reading, writing = os.pipe()
    os.close(reading)
    found = subprocess.run(
        [sys.executable, "-m", "bot.cli", "runbooks", "list"], stdout=writing, stderr=subprocess.PIPE, check=False
    )
    os.close(writing)
    assert (found.returncode, found.stderr) == (141, b"")
