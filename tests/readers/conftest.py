"""Files of every engine, made once."""

import pytest
from engine_files import valid_files


@pytest.fixture(scope="session")
def files() -> dict[str, tuple[bytes, str | None]]:
    """Content by name, and the engine where it must be said."""
    return valid_files()
