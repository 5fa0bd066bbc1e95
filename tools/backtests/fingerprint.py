"""The content of a run as one hash: equal runs have equal hashes, whatever file they came from."""

import dataclasses
import hashlib

from tools.backtests.model import BacktestRun, Curve


def fingerprint(run: BacktestRun) -> str:
    """SHA-256 over every field, hexadecimal."""
    digest = hashlib.sha256()
    for field in dataclasses.fields(run):
        value = getattr(run, field.name)
        digest.update(f"\0{field.name}\0".encode())
        if isinstance(value, Curve):
            digest.update(value.dates.astype("datetime64[s]").tobytes())
            digest.update(value.values.tobytes())
        elif field.name == "configuration":
            digest.update(repr(sorted(value.items())).encode())
        else:
            digest.update(repr(value).encode())
    return digest.hexdigest()
