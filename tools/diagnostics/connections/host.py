"""The machine Deskhand runs on: disks, memory, load."""

import os
import platform
from datetime import UTC, datetime
from typing import Annotated, Final

import psutil
from pydantic import Field

from tools.diagnostics.connections.base import Connection, ConnectionConfig, Options, read_options
from tools.diagnostics.threads import in_thread
from tools.diagnostics.tool import NoArguments, NoData, Report, slug, tool
from tools.narrative.text import bytes_text, number_text, percent_text

_SHARED: Final = frozenset({"squashfs", "iso9660", "overlay", "tmpfs", "devtmpfs"})


class HostOptions(Options):
    """When it is full, and where to look."""

    paths: tuple[str, ...] = Field((), examples=['paths = ["/data"]'])
    """Folders whose disks are looked at; unset, every disk and the root."""
    disk_warning: Annotated[float, Field(gt=0, le=1)] = 0.85
    """Share of a disk in use, from which it is said."""
    disk_critical: Annotated[float, Field(gt=0, le=1)] = 0.95
    """Share of a disk in use, from which it counts as full."""
    memory_warning: Annotated[float, Field(gt=0, le=1)] = 0.92
    """Share of memory in use, from which it is said."""
    load_warning: Annotated[float, Field(gt=0)] = 4.0
    """Waiting or running processes a core, averaged over five minutes."""


class HostConnection(Connection):
    """This machine."""

    options_type = HostOptions

    def __init__(self, config: ConnectionConfig) -> None:
        super().__init__(config)
        self.options = read_options(config, HostOptions)

    @property
    def place(self) -> str:
        """Its host name."""
        return platform.node() or "this machine"

    async def check(self) -> str:
        """How long it has been up."""
        booted = await in_thread(psutil.boot_time)
        return f"{self.place}, up since {datetime.fromtimestamp(booted, UTC):%d %B %Y}"

    @tool()
    async def host_disk(self, arguments: NoArguments, report: Report) -> str:
        """How full the disks are, in bytes and in files.

        Answers "how full is the disk", "is there space left".
        """
        return await in_thread(lambda: self._disks(report))

    @tool()
    async def host_load(self, arguments: NoArguments, report: Report) -> str:
        """How loaded the machine is: processes waiting for a core, memory in use, swapping.

        Answers "is the machine overloaded", "is memory short".
        """
        return await in_thread(lambda: self._load(report))

    def _disks(self, report: Report) -> str:
        paths = self.options.paths or _all_disks()
        said: list[str] = []
        seen: set[tuple[int, int]] = set()
        for path in paths:
            try:
                usage, files, device = psutil.disk_usage(path), os.statvfs(path), os.stat(path).st_dev
            except OSError as error:
                report.finding("missing", "warning", f"{path} cannot be looked at: {error.strerror}", subject=path)
                continue
            if (device, usage.total) in seen or not usage.total:
                continue
            seen.add((device, usage.total))
            report.asked("statvfs", path)
            said.append(self._disk(path, usage.percent / 100, usage.free, usage.total, report))
            if files.f_files:
                self._files(path, 1 - files.f_favail / files.f_files, report)
        if not said:
            raise NoData("None of the disks could be looked at.")
        return "; ".join(said[:5]) + "."

    def _disk(self, path: str, share: float, free: int, total: int, report: Report) -> str:
        key = f"disk.{slug(path) if path != '/' else 'root'}"
        facts = (
            report.fact(f"{key}.share", f"share of {path} in use", share, "fraction"),
            report.fact(f"{key}.free", f"free on {path}", free, "bytes"),
            report.fact(f"{key}.size", f"size of {path}", total, "bytes"),
        )
        said = f"{path} is {percent_text(share)} full, {bytes_text(free)} free"
        if share >= self.options.disk_critical:
            report.finding("disk_full", "critical", said, *facts, subject=path)
        elif share >= self.options.disk_warning:
            report.finding("disk_high", "warning", said, *facts, subject=path)
        return said

    def _files(self, path: str, share: float, report: Report) -> None:
        if share >= self.options.disk_critical:
            said = f"{path} has used {percent_text(share)} of the files it can hold"
            report.finding("disk_full", "critical", said, subject=path)

    def _load(self, report: Report) -> str:
        memory, cores = psutil.virtual_memory(), psutil.cpu_count() or 1
        _, five, _ = psutil.getloadavg()
        report.asked("getloadavg, virtual_memory", self.place)
        load = report.fact("load", "processes waiting or running a core, over 5 minutes", five / cores, "ratio")
        share = 1 - memory.available / memory.total
        used = report.fact("memory.share", "share of memory in use", share, "fraction")
        report.fact("memory.available", "memory available", memory.available, "bytes")
        swap = psutil.swap_memory()
        report.fact("swap.used", "swap in use", swap.used, "bytes")
        shown = number_text(five / cores, 2)
        if five / cores > self.options.load_warning:
            report.finding("load_high", "warning", f"{shown} processes wait or run on each core", load)
        if share > self.options.memory_warning:
            report.finding("memory_low", "critical", f"Only {bytes_text(memory.available)} of memory are left", used)
        return f"Load {shown} a core, {percent_text(share)} of memory in use."


def open_connection(config: ConnectionConfig) -> HostConnection:
    """A connection of kind `host`."""
    return HostConnection(config)


def _all_disks() -> tuple[str, ...]:
    found = [each.mountpoint for each in psutil.disk_partitions(all=False) if each.fstype not in _SHARED]
    return tuple(dict.fromkeys(["/", *(path for path in found if os.path.isdir(path))]))
