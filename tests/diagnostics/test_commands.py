import asyncio
import json
import os
import time

import pytest
from pydantic import ValidationError
from tool_fakes import FakeCaller, Kept, OnceLedger

from tools.diagnostics import sandbox
from tools.diagnostics.actions import carry_out
from tools.diagnostics.command_config import CommandConfig
from tools.diagnostics.commands import open_commands
from tools.diagnostics.executor import Call, Executor
from tools.diagnostics.registry import Registry
from tools.errors import BadInput

ECHO = "/bin/echo"
SHELL = "/bin/sh"


@pytest.fixture(params=["bubblewrap", "limits only"])
async def how(request, monkeypatch):
    """Both ways of running, where there are both."""
    if request.param == "limits only":
        monkeypatch.setattr(sandbox, "_works", False)
    elif not await sandbox.works():
        pytest.skip("bubblewrap does not work here")
    return request.param


def command(**changes):
    given = {"name": "gateway_status", "description": "How the order gateway is.", "argv": [ECHO, "fine"], **changes}
    return CommandConfig.model_validate(given)


async def run(config, caller=None, **arguments):
    executor = Executor(Registry(open_commands((config,))), Kept())
    [result] = await executor.run([Call(config.name, arguments)], caller or FakeCaller())
    return result


VENUE = {
    "argv": [ECHO, "status", "--venue={venue}", "{count}"],
    "parameters": {"venue": {}, "count": {"type": "integer"}},
}


async def test_a_program_is_run_and_told(how):
    result = await run(command(**VENUE), venue="XNYS", count=3)
    assert result.status == "ok"
    assert "status --venue=XNYS 3" in result.lines
    assert ("in a sandbox without network" if how == "bubblewrap" else "limits only") in result.lines[0]
    assert result.evidence[0].query == "/bin/echo status --venue=XNYS 3"
    assert result.facts[0].value == 0


@pytest.mark.parametrize(
    "value",
    [
        "-rf",
        "--config=/etc/shadow",
        "a\0b",
        "a\nb",
        "a\r\nb",
        "x" * 501,
        "a b",
        "$(id)",
        "`id`",
        "a;id",
        "a|id",
        "../../etc/passwd",
        "/etc/passwd",
        "",
        "a\u202eb",
        "\u2014rf",
        "a\x1b[31m",
        "XNYS'; --",
    ],
)
async def test_hostile_values_never_reach_the_program(value):
    result = await run(command(**VENUE), venue=value, count=1)
    assert result.status == "error"
    assert not result.evidence


@pytest.mark.parametrize("value", ["-rf", "--config=/etc/shadow", "a\nb", "a\0b", "a\x1b[31m", "x" * 501])
async def test_a_pattern_that_takes_anything_still_takes_no_option_and_no_line_break(value):
    loose = {"argv": [ECHO, "{text}"], "parameters": {"text": {"pattern": "(?s).*"}}}
    result = await run(command(**loose), text=value)
    assert result.status == "error"
    assert not result.evidence


@pytest.mark.parametrize("count", ["3; id", "-1", 10_000_000, None, [1], {"a": 1}, 1.5])
async def test_numbers_are_numbers(count):
    assert (await run(command(**VENUE), venue="XNYS", count=count)).status == "error"


async def test_what_looks_like_shell_stays_one_argument(how):
    loose = {"argv": [ECHO, "<{text}>"], "parameters": {"text": {"pattern": ".*"}}}
    result = await run(command(**loose), text="a; touch /tmp/x $(id) {text} && 'b'")
    assert "<a; touch /tmp/x $(id) {text} && 'b'>" in result.lines


async def test_choices_and_defaults():
    config = command(argv=[ECHO, "{venue}"], parameters={"venue": {"choices": ["XNYS", "XLON"], "default": "XNYS"}})
    assert "XNYS" in (await run(config)).lines
    assert "one of XNYS, XLON" in (await run(config, venue="XETR")).summary


@pytest.mark.parametrize(
    "changes",
    [
        {"argv": ["echo", "x"]},
        {"argv": ["{program}"], "parameters": {"program": {}}},
        {"argv": [ECHO, "{venue}"]},
        {"parameters": {"venue": {}}},
        {"argv": []},
        {"name": "Bad Name"},
        {"parameters": {"venue": {"pattern": "("}}, "argv": [ECHO, "{venue}"]},
        {"shell": True},
        {"argv": [ECHO, "a\0b"]},
    ],
)
def test_a_template_that_is_not_right_is_refused(changes):
    with pytest.raises(ValidationError):
        command(**changes)


def test_two_commands_of_one_name():
    with pytest.raises(BadInput, match="gateway_status"):
        open_commands((command(), command()))


async def test_the_environment_is_empty(how, monkeypatch):
    monkeypatch.setenv("DESKHAND_AUDIT_KEY", "not-for-programs")
    result = await run(command(argv=["/usr/bin/env"]))
    names = {line.partition("=")[0] for line in result.lines[1:] if "=" in line}
    assert names <= {"PATH", "LANG", "HOME", "TMPDIR", "PWD"}
    assert "not-for-programs" not in str(result)


async def test_it_works_in_a_folder_of_its_own_that_is_gone_afterwards(how):
    result = await run(command(argv=[SHELL, "-c", "echo x > left; pwd -P; ls -A"]))
    assert "left" in result.lines
    folder = result.lines[1]
    gone = not await asyncio.to_thread(os.path.exists, folder)
    assert gone if how == "limits only" else folder == "/work"


async def test_without_network_and_other_files():
    if not await sandbox.works():
        pytest.skip("bubblewrap does not work here")
    script = "cat /proc/net/dev | wc -l; ls /home /root /var 2>&1; ls /proc | grep -c '^[0-9]'; touch /usr/x 2>&1"
    result = await run(command(argv=[SHELL, "-c", script]))
    assert result.lines[1].strip() == "3", "only the loopback interface"
    assert int([line for line in result.lines if line.isdigit()][-1]) < 8
    assert any("Read-only" in line for line in result.lines)


async def test_time_runs_out_and_children_end_too(how):
    mark = f"{time.time_ns()}"
    script = f"sleep 61.{mark[-6:]} & sleep 61.{mark[-6:]}; wait"
    started = time.perf_counter()
    result = await run(command(argv=[SHELL, "-c", script], limits={"timeout": 0.4}))
    assert time.perf_counter() - started < 10
    assert [finding.condition for finding in result.findings] == ["timeout"]
    for _ in range(100):
        if not await asyncio.to_thread(running, f"61.{mark[-6:]}"):
            break
        await asyncio.sleep(0.05)
    else:
        raise AssertionError("a child was left behind")


def running(word):
    found = []
    for name in os.listdir("/proc"):
        try:
            with open(f"/proc/{name}/cmdline", "rb") as file:
                if name.isdigit() and word.encode() in file.read().split(b"\0"):
                    found.append(name)
        except OSError:
            continue
    return found


PYTHON = "/usr/bin/python3"


@pytest.mark.parametrize(
    ("script", "limits"),
    [
        ("x = bytearray(10**9)", {"memory": 256}),
        ("while True: pass", {"cpu": 1, "timeout": 20}),
        ("open('big', 'wb').write(b'x' * 3 * 10**6)", {"file": 1}),
    ],
    ids=["memory", "processor", "file"],
)
@pytest.mark.skipif(not os.path.exists(PYTHON), reason="no Python of the system")
async def test_limits_hold(script, limits):
    result = await run(command(argv=[PYTHON, "-c", script], limits=limits))
    assert [finding.condition for finding in result.findings] == ["command_failed"]


async def test_much_output_is_cut_and_secrets_are_taken_out(how):
    script = "echo password=hunter2; echo xoxb-123456789-secret; i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done"
    result = await run(command(argv=[SHELL, "-c", script], output=1000))
    assert result.status == "ok"
    assert result.cut
    assert sum(map(len, result.lines)) <= 1000
    assert "hunter2" not in json.dumps(result.as_json())
    assert "xoxb" not in json.dumps(result.as_json())


async def test_a_program_that_fails_or_is_not_there():
    failed = await run(command(argv=[SHELL, "-c", "echo broken >&2; exit 3"]))
    assert "status 3" in failed.summary
    assert "broken" in failed.summary
    assert "no program" in (await run(command(argv=["/nonexistent/program"]))).summary


async def test_a_required_sandbox_that_does_not_work(monkeypatch):
    monkeypatch.setattr(sandbox, "_works", False)
    result = await run(command(limits={"sandbox_required": True}))
    assert result.status == "error"
    assert "install bubblewrap" in result.summary


async def test_a_program_that_changes_something_is_confirmed_first(tmp_path):
    config = command(argv=[ECHO, "restarted"], effect="Restarts the gateway of XNYS.")
    kept = Kept()
    executor = Executor(Registry(open_commands((config,))), kept)
    [denied] = await executor.run([Call(config.name)], FakeCaller(frozenset({"diagnose"})))
    assert denied.status == "denied"
    [planned] = await executor.run([Call(config.name)], FakeCaller())
    assert planned.plan.effect == "Restarts the gateway of XNYS. It runs: /bin/echo restarted"
    result = await carry_out(executor, planned.plan, FakeCaller(), ledger=OnceLedger(), audit=kept)
    assert "restarted" in result.lines
