"""One HTTP client for the kinds that speak it: bounded, timed, its failures as faults in words."""

import json
import ssl
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final

import httpx2
from pydantic import Field

from tools.diagnostics.connections.base import Connection, ConnectionConfig, Options
from tools.diagnostics.tool import Fault, Json, Report
from tools.errors import BadInput, Problem

MOST_BYTES: Final = 4_000_000


class WebOptions(Options):
    """What every kind over HTTP knows."""

    headers: Mapping[str, str] = Field(
        default_factory=dict, repr=False, examples=['headers = {"X-Desk" = "env:DESK_KEY"}']
    )
    """Sent with each request; values may be `env:NAME` and are never shown."""
    token: str = Field("", repr=False, examples=['token = "env:QUOTES_TOKEN"'])
    """Sent as a bearer token."""
    username: str = Field("", examples=['username = "deskhand"'])
    """With `password`, for basic authentication."""
    password: str = Field("", repr=False, examples=['password = "env:QUOTES_PASSWORD"'])
    """Of `username`."""
    ca_file: str = Field("", examples=['ca_file = "/etc/ssl/desk-ca.pem"'])
    """A certificate authority of the desk's own, in PEM."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A response: `latency` in seconds to the last byte; `certificate_ends` where it came over TLS."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    latency: float
    certificate_ends: datetime | None = None

    def json(self) -> Json:
        """The body as JSON, None where it is not."""
        try:
            value: Json = json.loads(self.body)
        except (ValueError, RecursionError):
            return None
        return value

    @property
    def clock_off(self) -> float:
        """Seconds by which the server's clock is behind ours, negative where it is ahead; 0 where it does not tell.

        The `Date` of a header is cut to whole seconds, and a cache repeats an old one, saying its `Age`.
        """
        if "age" in self.headers:
            return 0.0
        try:
            told = parsedate_to_datetime(self.headers.get("date", ""))
        except (TypeError, ValueError):
            return 0.0
        return (datetime.now(UTC) - (told if told.tzinfo else told.replace(tzinfo=UTC))).total_seconds()


class Web:
    """Asks one server. Making it reads certificates, which blocks."""

    def __init__(self, config: ConnectionConfig, url: str, options: WebOptions) -> None:
        self.name = config.name
        parts = httpx2.URL(url)
        self._secrets = tuple(
            filter(None, [parts.password, options.token, options.password, *options.headers.values()])
        )
        self.url = str(parts.copy_with(username=None, password=None))
        self.timeout = options.timeout
        user, word = (options.username, options.password) if options.username else (parts.username, parts.password)
        headers = dict(options.headers)
        if options.token:
            headers["Authorization"] = f"Bearer {options.token}"
        self._http = httpx2.AsyncClient(
            headers={"Accept": "application/json, */*", "User-Agent": "deskhand", **headers},
            auth=(user, word or "") if user else None,
            timeout=options.timeout,
            verify=_trust(config.name, options.ca_file),
            follow_redirects=False,
        )

    @property
    def secrets(self) -> tuple[str, ...]:
        """Password, token and header values."""
        return self._secrets

    @property
    def place(self) -> str:
        """The address without what may be secret in it."""
        return self.url.partition("?")[0]

    async def close(self) -> None:
        """Close what is open."""
        await self._http.aclose()

    async def ask(
        self,
        report: Report | None,
        path: str = "",
        *,
        method: str = "GET",
        parameters: Mapping[str, str | int] | None = None,
        body: Json = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """The answer, whatever its status. Raises `Fault` where there is none."""
        url = self.url if not path else self.url.rstrip("/") + path
        if report is not None:
            shown = "".join(f" {key}={value}" for key, value in (parameters or {}).items())
            report.asked(f"{method} {url.partition('?')[0]}{shown}")
        given = dict(parameters) if parameters else None
        auth = None if headers and "Authorization" in headers else httpx2.USE_CLIENT_DEFAULT
        started = time.perf_counter()
        try:
            async with self._http.stream(method, url, params=given, json=body, headers=headers, auth=auth) as got:
                content = await _read(got)
                ends = _certificate_end(got)
        except (httpx2.HTTPError, httpx2.InvalidURL, ssl.SSLError, OSError) as error:
            raise self._fault(error) from error
        return Answer(got.status_code, got.headers, content, time.perf_counter() - started, ends)

    async def fetch(
        self,
        report: Report | None,
        path: str = "",
        parameters: Mapping[str, str | int] | None = None,
        *,
        method: str = "GET",
        body: Json = None,
    ) -> Json:
        """The JSON of a successful answer. Raises `Fault` or `Problem` for anything else."""
        answer = await self.ask(report, path, method=method, parameters=parameters, body=body)
        judge(self.name, answer.status)
        value = answer.json()
        if value is None:
            raise Problem(f"{self.name} answered {path or self.place} with something that is not JSON.")
        return value

    def _fault(self, error: BaseException) -> Fault:
        if isinstance(error, httpx2.TimeoutException):
            return Fault("timeout", f"{self.name} gave no answer within {self.timeout:g} s")
        said = " ".join(str(each) for each in _chain(error))
        lowered = said.lower()
        if "certificate has expired" in lowered:
            return Fault("certificate_expired", f"The certificate of {self.name} has expired")
        if "ssl" in lowered or "certificate" in lowered:
            return Fault("tls_error", f"No secure connection to {self.name}: {_reason(said)}")
        if any(isinstance(each, ConnectionRefusedError) for each in _chain(error)) or "attempts failed" in lowered:
            return Fault("connection_refused", f"Nothing answers at {self.place}: the connection is refused")
        if "name or service" in lowered or "nodename" in lowered or "name resolution" in lowered:
            return Fault("unreachable", f"The host of {self.place} is not known; check its name and DNS")
        if isinstance(error, httpx2.UnsupportedProtocol | httpx2.InvalidURL):
            return Fault("misconfigured", f"{self.name} has an address that cannot be used")
        return Fault("unreachable", f"{self.name} broke the connection off ({type(error).__name__})")


class WebConnection(Connection):
    """What every kind over HTTP has in common: one client, its secrets, its address."""

    def __init__(self, config: ConnectionConfig, options: WebOptions) -> None:
        super().__init__(config)
        self.web = Web(config, self.url, options)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What the client sends to be let in."""
        return self.web.secrets

    @property
    def place(self) -> str:
        """The address."""
        return self.web.place

    async def close(self) -> None:
        """Close the client."""
        await self.web.close()


def judge(name: str, status: int, elsewhere: str = "") -> None:
    """Raises `Fault` for a status that is no success; `elsewhere` is where a redirect leads."""
    if status in (401, 403):
        raise Fault("auth_failed", f"{name} does not accept the credentials (status {status})")
    if status == 429:
        raise Fault("quota_exhausted", f"{name} refuses more requests for now (status 429)")
    if status >= 500:
        raise Fault("service_down", f"{name} answers with an error of its own (status {status})")
    if status >= 400:
        raise Fault("unexpected_status", f"{name} answered with status {status}; check its url")
    if status >= 300:
        to = f" to {elsewhere.partition('?')[0][:120]}" if elsewhere else ""
        raise Fault("unexpected_status", f"{name} sends its callers elsewhere{to} (status {status}); check its url")


def at(document: Json, dotted: str) -> Json:
    """The value at a dotted path, `0` being the first of a list; None where it is not there."""
    value = document
    for key in dotted.split("."):
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, list) and key.isdigit() and int(key) < len(value):
            value = value[int(key)]
        else:
            return None
    return value


def items(value: Json) -> list[Json]:
    """The value where it is a list; none where it is something else."""
    return value if isinstance(value, list) else []


def words(value: Json) -> str:
    """The value where it is a text; empty where it is something else."""
    return value if isinstance(value, str) else ""


def moment(value: Json) -> datetime | None:
    """A time as services write it: ISO 8601, or seconds or milliseconds since 1970; None where it is not one."""
    try:
        if isinstance(value, str):
            read = datetime.fromisoformat(value.strip())
            return read if read.tzinfo else read.replace(tzinfo=UTC)
        if isinstance(value, int | float) and not isinstance(value, bool) and value > 1e8:
            return datetime.fromtimestamp(value / 1000 if value > 1e11 else value, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None


async def _read(response: httpx2.Response) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > MOST_BYTES:
            break
    return bytes(body)


def _certificate_end(response: httpx2.Response) -> datetime | None:
    stream = response.extensions.get("network_stream")
    connection = stream.get_extra_info("ssl_object") if stream is not None else None
    certificate = connection.getpeercert() if connection is not None else None
    if not certificate or "notAfter" not in certificate:
        return None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(certificate["notAfter"]), UTC)


def _trust(name: str, ca_file: str) -> ssl.SSLContext:
    if ca_file and not Path(ca_file).is_file():
        raise BadInput(f"The connection '{name}': there is no certificate file at {ca_file}.")
    try:
        return ssl.create_default_context(cafile=ca_file or None)
    except ssl.SSLError:
        raise BadInput(f"The connection '{name}': {ca_file} is not a certificate in PEM.") from None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error and those behind it."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [one.__cause__, one.__context__, *(arg for arg in one.args if isinstance(arg, BaseException))]
        if isinstance(one, BaseExceptionGroup):
            waiting += one.exceptions


def _reason(said: str) -> str:
    """The words of OpenSSL, without where in its source."""
    return said.partition("verify failed: ")[2].partition(" (_ssl")[0] or "the handshake failed"
