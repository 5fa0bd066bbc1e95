"""Runs a program shut in: no shell, no environment, a folder of its own, limits, and no network unless allowed.

With bubblewrap it sees a read-only system, its own temporary folder, no other process and no network. Where bubblewrap
is missing or may not make namespaces, only the limits hold, and whoever reads the result is told so.
"""

import asyncio
import contextlib
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tools.diagnostics.command_config import Limits
from tools.diagnostics.threads import in_thread
from tools.errors import Unavailable

_SYSTEM: Final = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_ETC: Final = ("/etc/ld.so.cache", "/etc/ssl", "/etc/pki", "/etc/ca-certificates", "/etc/localtime")
_NETWORK_ETC: Final = ("/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf", "/etc/services")
_ENVIRONMENT: Final = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}
_WORK: Final = "/work"

# Limits are set in a process of its own that then becomes the program: the bot itself has threads, and a fork that runs
# Python between fork and exec is not safe there.
_SETTER: Final = """
import json, os, resource, sys
for name, value in json.loads(sys.argv[1]).items():
    kind = getattr(resource, name)
    hard = resource.getrlimit(kind)[1]
    limit = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(kind, (limit, limit))
os.umask(0o077)
os.execv(sys.argv[2], sys.argv[2:])
"""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a program ended. `shut_in` says how it was run; output is cut where it was too long."""

    status: int
    output: str
    errors: str
    seconds: float
    timed_out: bool
    shut_in: str


async def run(argv: Sequence[str], limits: Limits, most: int) -> Ended:
    """Run a program; raises `Unavailable` where it cannot be started. `most` bytes of each stream are kept."""
    if not await in_thread(lambda: os.access(argv[0], os.X_OK)):
        raise Unavailable(f"There is no program that can be run at {argv[0]}.")
    shut_in = await works()
    if limits.sandbox_required and not shut_in:
        raise Unavailable(
            f"{argv[0]} may run only in a sandbox, and bubblewrap does not work here; install bubblewrap."
        )
    folder = await in_thread(lambda: tempfile.mkdtemp(prefix="deskhand-"))
    try:
        line = await in_thread(lambda: _wrapped(argv, limits, folder) if shut_in else list(argv))
        return await _run(line, limits, folder, most, await described(limits))
    finally:
        await in_thread(lambda: shutil.rmtree(folder, ignore_errors=True))


async def described(limits: Limits) -> str:
    """How a program is run here, in words."""
    if not await works():
        return "with limits only: bubblewrap does not work here, so files and network are not shut off"
    return "in a sandbox with the network" if limits.network else "in a sandbox without network"


_works: bool | None = None


async def works() -> bool:
    """Whether bubblewrap is here and may make namespaces; found out once."""
    global _works
    if _works is None:
        _works = await _try()
    return _works


async def _try() -> bool:
    program = await in_thread(lambda: shutil.which("bwrap"))
    if program is None:
        return False
    line = [program, "--unshare-all", "--ro-bind", "/", "/", "/bin/true"]
    try:
        process = await asyncio.create_subprocess_exec(
            *line,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        async with asyncio.timeout(5):
            return await process.wait() == 0
    except (OSError, TimeoutError):
        return False


def _wrapped(argv: Sequence[str], limits: Limits, folder: str) -> list[str]:
    """The command line under bubblewrap."""
    line = [shutil.which("bwrap") or "bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--clearenv"]
    line += ["--cap-drop", "ALL", "--uid", "65534", "--gid", "65534", "--hostname", "sandbox"]
    if limits.network:
        line.append("--share-net")
    for path in (*_SYSTEM, *_ETC, *(_NETWORK_ETC if limits.network else ())):
        if os.path.islink(path):
            line += ["--symlink", os.readlink(path), path]
        elif os.path.exists(path):
            line += ["--ro-bind", path, path]
    line += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--bind", folder, _WORK, "--chdir", _WORK]  # noqa: S108
    for path in (*limits.read, *(() if argv[0].startswith("/usr/") else (argv[0],))):
        line += ["--ro-bind-try", path, path]
    for name, value in {**_ENVIRONMENT, "HOME": _WORK, "TMPDIR": _WORK}.items():
        line += ["--setenv", name, value]
    return [*line, "--", *argv]


async def _run(line: Sequence[str], limits: Limits, folder: str, most: int, shut_in: str) -> Ended:
    started = time.perf_counter()
    set_first = [sys.executable, "-I", "-S", "-c", _SETTER, json.dumps(await in_thread(lambda: _limits(limits)))]
    process = await asyncio.create_subprocess_exec(
        *set_first,
        *line,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**_ENVIRONMENT, "HOME": folder, "TMPDIR": folder},
        cwd=folder,
        start_new_session=True,
    )
    timed_out = False
    outputs = [bytearray(), bytearray()]
    try:
        async with asyncio.timeout(limits.timeout):
            await asyncio.gather(_drain(process.stdout, outputs[0], most), _drain(process.stderr, outputs[1], most))
            await process.wait()
    except TimeoutError:
        timed_out = True
    finally:
        _end(process)
    await process.wait()
    text = [bytes(each).decode("utf-8", "replace") for each in outputs]
    seconds = time.perf_counter() - started
    return Ended(process.returncode or 0, text[0], text[1], seconds, timed_out, shut_in)


async def _drain(stream: asyncio.StreamReader | None, into: bytearray, most: int) -> None:
    """Read to the end, keep the beginning: a program that writes much is not stopped by a full pipe."""
    while stream is not None and (chunk := await stream.read(65_536)):
        into += chunk[: max(most - len(into), 0)]


def _end(process: asyncio.subprocess.Process) -> None:
    """End it and whatever it started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _limits(limits: Limits) -> dict[str, int]:
    megabyte = 1 << 20
    return {
        "RLIMIT_CPU": limits.cpu,
        "RLIMIT_AS": limits.memory * megabyte,
        "RLIMIT_FSIZE": limits.file * megabyte,
        "RLIMIT_NPROC": limits.processes + _mine(),
        "RLIMIT_NOFILE": 64,
        "RLIMIT_CORE": 0,
    }


def _mine() -> int:
    """Threads this user runs already; the system counts those too."""
    import psutil

    me, count = os.getuid(), 0
    for each in psutil.process_iter(["uids", "num_threads"]):
        uids = each.info["uids"]
        if uids is not None and uids.real == me:
            count += each.info["num_threads"] or 1
    return count
