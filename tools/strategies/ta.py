"""TA-Lib without pandas and polars, which it loads where they are installed: 50 MB that nothing here uses."""

import sys
from importlib import import_module

_UNUSED = ("pandas", "polars")

_absent = [name for name in _UNUSED if name not in sys.modules]
for _name in _absent:
    sys.modules[_name] = None  # type: ignore[assignment]  # an import of it fails, as where it is not installed
try:
    talib = import_module("talib")
    abstract = import_module("talib.abstract")
finally:
    for _name in _absent:
        del sys.modules[_name]
