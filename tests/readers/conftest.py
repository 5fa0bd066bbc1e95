"""Files of every engine, made once."""

import pytest
from engine_files import valid_files


class Files(dict[str, tuple[bytes, str | None]]):
    """Content by name, and the engine where it must be said; shown short where a test fails."""

    def __repr__(self) -> str:
        return "the files"


@pytest.fixture(scope="session")
def files() -> Files:
    """One of each kind."""
    return Files(valid_files())
