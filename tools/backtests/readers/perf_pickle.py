"""A pickled DataFrame read without pandas and without running anything.

A pickle is a program that imports and calls. Here every import is answered with an inert stand-in that only records what
it is called with, and only for names that a DataFrame of zipline consists of; anything else is refused. The records are
then read as data, in the layouts of pandas 0.2x to 3. So neither the file nor a version of pandas decides what happens.
"""

import io
import pickle
import pickletools
import re
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from tools.backtests.model import Days, Values
from tools.backtests.readers.document import Frame
from tools.errors import BadInput

MAX_STEPS = 4_000_000
_MAX_COLUMNS = 500
_BUILTINS = "slice|object|set|frozenset|bytes|bytearray|complex|list|dict|tuple|int|float|str|unicode|long"
_ALLOWED = re.compile(
    r"pandas\.(core|_libs|tseries|indexes|index|tslib|_tslib|tslibs)(\.\w+)*\.\w+"
    r"|pandas\.(arrays\.)?(DataFrame|(\w*Index)|Timestamp|Timedelta|\w+Dtype|\w+Array|Categorical)"
    r"|numpy\.(ndarray|dtype|float\d+|u?int\d+|bool_?|(_?core\.(multiarray|numeric)\.(_reconstruct|scalar|_frombuffer)))"
    r"|zipline\.(assets|protocol|finance|errors)(\.\w+)*\.\w+"
    r"|(pytz|dateutil\.tz|zoneinfo)(\.\w+)*\.\w+"
    r"|datetime\.(datetime|date|time|timedelta|timezone)"
    r"|collections\.(OrderedDict|defaultdict|deque)"
    r"|(copyreg|copy_reg)\.(_reconstructor|__newobj__)"
    r"|_codecs\.encode"
    rf"|(builtins|__builtin__)\.({_BUILTINS})"
)
_NO_FRAME = "is a pickle, but not of a perf DataFrame as zipline returns it"


class Inert:
    """What stands in for every class and function a pickle names: it keeps its arguments and state, and does nothing."""

    origin = ""

    def __new__(cls, *args: object, **_: object) -> "Inert":  # noqa: D102 -- described by the class
        made = object.__new__(cls)
        made.args = args
        made.state = None
        made.added = []
        return made

    args: tuple[object, ...]
    state: object
    added: list[object]

    def __init__(self, *_args: object, **_kwargs: object) -> None:
        """Everything is kept by `__new__`, which is all that some opcodes call."""

    def __setstate__(self, state: object) -> None:
        self.state = state

    def append(self, item: object) -> None:
        """What a list's subclass is filled with."""
        self.added.append(item)

    def __setitem__(self, key: object, value: object) -> None:
        self.added.append((key, value))


class _Unpickler(pickle.Unpickler):
    def __init__(self, data: bytes) -> None:
        super().__init__(io.BytesIO(data), encoding="latin1")
        self._kinds: dict[str, type[Inert]] = {}

    def find_class(self, module_name: str, global_name: str, /) -> type[Inert]:
        origin = f"{module_name}.{global_name}"
        if "." in global_name or not _ALLOWED.fullmatch(origin):
            raise _Refused(origin)
        return self._kinds.setdefault(origin, type("Inert", (Inert,), {"origin": origin}))

    def persistent_load(self, pid: object) -> object:
        raise _Refused("an object outside the file")


class _Refused(Exception):
    pass


class _Unreadable(Exception):
    pass


def frame_of(stem: str, data: bytes) -> Frame:
    """The DataFrame in a pickle; raises BadInput for any other content, and for names it may not use."""
    _check_steps(stem, data)
    try:
        found = _Unpickler(data).load()
    except _Refused as refused:
        raise BadInput(
            f"{stem} is a pickle that uses {str(refused)[:80]}, which a perf file never does; it was not opened. "
            "Save what is in it as CSV, JSON or Parquet."
        ) from None
    except Exception as error:  # a damaged pickle can fail in any way its opcodes allow
        raise BadInput(f"{stem} is a damaged or cut off pickle.") from error
    try:
        return _frame(found)
    except (
        _Unreadable,
        ValueError,
        TypeError,
        IndexError,
        KeyError,
        AttributeError,
        RecursionError,
        OverflowError,
    ) as error:
        raise BadInput(f"{stem} {_NO_FRAME}.") from error


def _check_steps(stem: str, data: bytes) -> None:
    """Bounds the work and the memory of unpickling before it starts: number of steps, and the memo's highest place."""
    steps = 0
    try:
        for opcode, argument, _ in pickletools.genops(data):
            steps += 1
            if steps > MAX_STEPS:
                raise BadInput(f"{stem} is a pickle of more than {MAX_STEPS:,} steps, which is more than is read.")
            if opcode.name in ("PUT", "BINPUT", "LONG_BINPUT") and int(str(argument)) > steps + 1000:
                raise BadInput(f"{stem} is a damaged pickle.")
    except BadInput:
        raise
    except Exception as error:  # pickletools raises what the bytes make it raise
        raise BadInput(f"{stem} is a damaged or cut off pickle.") from error


# --- a frame ---------------------------------------------------------------------------------------------------------


def _frame(found: object) -> Frame:
    if not isinstance(found, Inert) or not found.origin.endswith(".DataFrame"):
        raise _Unreadable
    state = found.state if isinstance(found.state, Mapping) else {}
    manager = state.get("_mgr", state.get("_data"))
    if not isinstance(manager, Inert) and found.args:
        manager = found.args[0]
    axes, blocks = _parts(manager)
    names = _labels(axes[0])
    if not names or len(names) > _MAX_COLUMNS:
        raise _Unreadable
    columns: dict[str, NDArray[np.generic]] = {}
    for values, places in blocks:
        block = _array(values)
        block = block.reshape(1, -1) if block.ndim == 1 else block
        for row, place in zip(block, _places(places, len(block)), strict=True):
            columns[names[place]] = row
    index = _array(axes[1])
    if index.dtype.kind != "M":
        raise _Unreadable
    days: Days = index.astype("datetime64[s]")
    numbers = {name: converted for name, column in columns.items() if (converted := _numeric(column)) is not None}
    cells = {name: column.tolist() for name, column in columns.items() if column.dtype.kind == "O"}
    if any(len(column) != len(days) for column in columns.values()):
        raise _Unreadable
    return Frame(days, numbers, tuple(names), cells)


def _parts(manager: object) -> tuple[list[object], list[tuple[object, object]]]:
    """Axes (columns, index) and blocks (values, places) of a BlockManager: as state until pandas 1.2, then as arguments."""
    if not isinstance(manager, Inert):
        raise _Unreadable
    if isinstance(manager.state, tuple) and manager.state and isinstance(manager.state[-1], Mapping):
        inner = manager.state[-1]["0.14.1"]
        return list(inner["axes"]), [(block["values"], block["mgr_locs"]) for block in inner["blocks"]]
    blocks, axes = manager.args[0], manager.args[1]
    if not isinstance(blocks, Sequence) or not isinstance(axes, Sequence):
        raise _Unreadable
    return list(axes), [(block.args[0], block.args[1]) for block in blocks if isinstance(block, Inert)]


def _labels(axis: object) -> list[str]:
    return [str(label) for label in _array(axis).tolist()]


def _places(places: object, count: int) -> list[int]:
    if isinstance(places, Inert) and places.origin.endswith(".slice"):
        start, stop, step = places.args
        found = list(range(_integer(start or 0), _integer(stop), _integer(step or 1)))
    else:
        found = [int(place) for place in _array(places).tolist()]
    if len(found) != count or any(not 0 <= place < _MAX_COLUMNS for place in found):
        raise _Unreadable
    return found


def _integer(value: object) -> int:
    if not isinstance(value, int) or abs(value) > 10**6:
        raise _Unreadable
    return value


def _numeric(column: NDArray[np.generic]) -> Values | None:
    if column.dtype.kind in "fiub":
        return column.astype(np.float64)
    if column.dtype.kind != "O":
        return None
    cells = column.tolist()
    known = [cell for cell in cells if cell is not None]
    if not known or not all(isinstance(cell, int | float) for cell in known):
        return None
    return np.array([np.nan if cell is None else float(cell) for cell in cells], dtype=np.float64)


# --- arrays ----------------------------------------------------------------------------------------------------------


def _array(value: object, depth: int = 0) -> NDArray[np.generic]:
    """The first array within a stand-in: of an index, of a pandas array, or itself."""
    if isinstance(value, Inert):
        made = _own_array(value)
        if made is not None:
            return made
    if depth < 8:
        for part in _inside(value):
            try:
                return _array(part, depth + 1)
            except _Unreadable:
                continue
    raise _Unreadable


def _inside(value: object) -> list[object]:
    if isinstance(value, Inert):
        return [*value.args, value.state]
    if isinstance(value, Mapping):
        return [value[key] for key in ("data", "_data", "_ndarray", "values", "_values") if key in value]
    return list(value) if isinstance(value, tuple) else []


def _own_array(value: Inert) -> NDArray[np.generic] | None:
    name = value.origin.rpartition(".")[2]
    if name == "_reconstruct" and isinstance(value.state, tuple) and len(value.state) == 5:
        _, shape, kind, by_column, content = value.state
        return _shaped(content, _dtype(kind), shape, "F" if by_column else "C")
    if name == "_frombuffer" and len(value.args) == 4:
        content, kind, shape, order = value.args
        return _shaped(content, _dtype(kind), shape, "F" if order == "F" else "C")
    return None


def _shaped(content: object, dtype: np.dtype[np.generic], shape: object, order: str) -> NDArray[np.generic]:
    sizes = tuple(_integer(size) for size in shape) if isinstance(shape, tuple) else ()
    if not 1 <= len(sizes) <= 2 or min(sizes) < 0:
        raise _Unreadable
    if dtype.kind == "O":
        if not isinstance(content, list) or len(content) != int(np.prod(sizes)):
            raise _Unreadable
        flat = np.empty(len(content), dtype=object)
        flat[:] = content
    else:
        flat = np.frombuffer(_bytes(content), dtype=dtype)
    return flat.reshape(sizes, order="F" if order == "F" else "C")


def _bytes(content: object) -> bytes:
    content = _decoded(content)
    if isinstance(content, str):
        return content.encode("latin1")
    if isinstance(content, bytes | bytearray | pickle.PickleBuffer):
        return bytes(content)
    raise _Unreadable


def _dtype(kind: object) -> np.dtype[np.generic]:
    """Numbers, times and objects; nothing with fields, subarrays or text."""
    if not isinstance(kind, Inert) or not kind.args:
        raise _Unreadable
    code = _text(kind.args[0])
    state = kind.state if isinstance(kind.state, tuple) else ()
    order = _text(state[1]) if len(state) > 1 else "<"
    if code in ("O", "O8", "O4", "|O"):
        return np.dtype(object)
    if code == "M8":
        unit, factor = (_text(state[8][1][0]), state[8][1][1]) if len(state) > 8 else ("ns", 1)
        if unit not in ("ns", "us", "ms", "s", "D") or factor != 1:
            raise _Unreadable
        return np.dtype(f"{'>' if order == '>' else '<'}M8[{unit}]")
    if not re.fullmatch(r"[fiu][1248]|b1", code):
        raise _Unreadable
    return np.dtype(f"{'>' if order == '>' else '<'}{code}")


def _decoded(content: object) -> object:
    """What protocol 2, which has no bytes, writes as text to be encoded."""
    return content.args[0] if isinstance(content, Inert) and content.origin == "_codecs.encode" else content


def _text(value: object) -> str:
    value = _decoded(value)
    return value.decode("latin1") if isinstance(value, bytes) else value if isinstance(value, str) else ""
