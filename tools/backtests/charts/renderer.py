"""Draws off the event loop, once for the same content."""

import asyncio
import dataclasses
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import ParamSpec

import numpy as np

from tools.backtests.charts.model import Chart
from tools.backtests.model import BacktestRun

P = ParamSpec("P")


class ChartRenderer:
    """Draws off the event loop and keeps what it drew, by the content of the call.

    `directory` keeps charts over restarts as `<sha256>.png`, title and alt text inside; at most `kept` stay in memory.
    Two callers with the same content share one drawing.
    """

    def __init__(self, directory: Path | None = None, *, kept: int = 64) -> None:
        self._directory = directory
        self._kept = kept
        self._charts: OrderedDict[str, Chart] = OrderedDict()
        self._under_way: dict[str, asyncio.Task[Chart]] = {}

    async def render(self, draw: Callable[P, Chart], *args: P.args, **kwargs: P.kwargs) -> Chart:
        """`draw(*args, **kwargs)`, drawn at most once for the same content. Errors of `draw` are not kept."""
        key = await asyncio.to_thread(content_key, draw.__name__, args, kwargs)
        kept = self._charts.get(key)
        if kept is not None:
            self._charts.move_to_end(key)
            return kept
        task = self._under_way.get(key)
        if task is None:
            task = asyncio.ensure_future(asyncio.to_thread(self._load_or_draw, key, lambda: draw(*args, **kwargs)))
            self._under_way[key] = task
            task.add_done_callback(lambda done: self._keep(key, done))
        # Shielded: one caller that gives up must not take the chart from the others.
        return await asyncio.shield(task)

    def known(self, name: str) -> Chart | None:
        """What was kept under a name of the caller's: without looking at the content, so the name must stand for it."""
        kept = self._charts.get(name)
        if kept is not None:
            self._charts.move_to_end(name)
        return kept

    def know(self, name: str, chart: Chart) -> None:
        """Keep a chart under a name too."""
        self._put(name, chart)

    def _keep(self, key: str, task: asyncio.Task[Chart]) -> None:
        del self._under_way[key]
        if task.cancelled() or task.exception() is not None:
            return
        self._put(key, task.result())

    def _put(self, key: str, chart: Chart) -> None:
        self._charts[key] = chart
        while len(self._charts) > self._kept:
            self._charts.popitem(last=False)

    def _load_or_draw(self, key: str, draw: Callable[[], Chart]) -> Chart:
        if self._directory is None:
            return draw()
        path = self._directory / f"{key}.png"
        if path.exists():
            stored = _stored(path)
            if stored is not None:
                return stored
        chart = draw()
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(f".{threading.get_ident()}.part")
        partial.write_bytes(chart.png)
        partial.replace(path)
        return chart


def content_key(*parts: object) -> str:
    """SHA-256 over values, arrays, dataclasses, mappings and sequences, and over the source that draws."""
    digest = hashlib.sha256(_code_version())
    _feed(digest.update, parts)
    return digest.hexdigest()


@lru_cache(maxsize=1)
def _code_version() -> bytes:
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.digest()


def _feed(take: Callable[[bytes], object], value: object) -> None:
    """Feeds a value with its type and length, so that no two different values read the same."""
    if isinstance(value, BacktestRun):
        drawn = (value.name, value.benchmark_name, value.equity, value.benchmark)
        _feed(take, drawn)
    elif isinstance(value, np.ndarray):
        take(f"array {value.dtype.str} {value.shape}:".encode())
        take(np.ascontiguousarray(value).view(np.uint8).tobytes())
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        take(f"{type(value).__name__}:".encode())
        _feed(take, [getattr(value, part.name) for part in dataclasses.fields(value)])
    elif isinstance(value, Mapping):
        _feed(take, [[key, value[key]] for key in value])
    elif isinstance(value, list | tuple):
        take(f"list {len(value)}:".encode())
        for item in value:
            _feed(take, item)
    else:
        text = repr(value).encode("utf-8", "surrogatepass")
        take(f"{type(value).__name__} {len(text)}:".encode() + text)


def _stored(path: Path) -> Chart | None:
    """A chart from the directory; None where the file is damaged, which then is drawn again."""
    from PIL import Image

    content = path.read_bytes()
    try:
        with Image.open(BytesIO(content)) as image:
            image.load()
            about = {str(key): str(text) for key, text in image.info.items()}
    except (OSError, ValueError, SyntaxError):
        return None
    return Chart(png=content, alt_text=about.get("Description", ""), title=about.get("Title", ""))
