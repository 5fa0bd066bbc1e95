"""Addresses that carry a password, shown without it."""

from urllib.parse import unquote, urlsplit, urlunsplit


def password_of(url: str) -> tuple[str, ...]:
    """The password of a URL, as it is written and as it is meant."""
    try:
        password = urlsplit(url).password
    except ValueError:
        return ()
    return (password, unquote(password)) if password else ()


def without_password(url: str) -> str:
    """Scheme, host and path, for people."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "an address that cannot be read"
    return urlunsplit((parts.scheme, host + port, parts.path, "", ""))
