"""`/backtests`: what is stored, an engine's file to be stored, and reports in every format."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from bot.http.errors import ERRORS
from bot.http.negotiation import matches, preferred
from bot.http.recorded import recorded
from bot.http.tokens import Gate
from bot.protocols import AuditLog, Person
from tools.backtests.codec import dumps
from tools.backtests.model import BacktestRun, BacktestStore, RunSummary
from tools.backtests.readers.load import MAX_BYTES
from tools.backtests.readers.read import ENGINES, read_bytes
from tools.errors import Denied
from tools.narrative.draft import Detail
from tools.narrative.publishing import Content, PublicationStore
from tools.narrative.report import Report
from tools.reports.files import FORMATS, Format, ReportFile, ReportFiles

_MEDIA: Final = {media: form for form, (media, _) in FORMATS.items()}
_SAFE: Final = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'",
    "Cache-Control": "private, no-cache",
    "Vary": "Accept, Authorization",
}


@dataclass(frozen=True, slots=True)
class BacktestServices:
    """What these endpoints need."""

    gate: Gate
    audit: AuditLog
    store: BacktestStore
    files: ReportFiles
    publications: PublicationStore


class BacktestBody(BaseModel):
    """A stored backtest; dates are ISO days, absent where it has no equity curve."""

    id: str
    name: str
    engine: str
    start: str | None
    end: str | None
    symbols: list[str]
    strategy: str | None
    created_at: str

    @classmethod
    def of(cls, run: RunSummary) -> "BacktestBody":
        """From the summary."""
        return cls(
            id=run.id,
            name=run.name,
            engine=run.engine,
            start=run.start,
            end=run.end,
            symbols=list(run.symbols),
            strategy=run.strategy,
            created_at=run.created_at,
        )


class BacktestsBody(BaseModel):
    """One page, newest first."""

    backtests: list[BacktestBody]
    total: int = Field(description="How many are stored in all")
    offset: int
    limit: int


class ImportedBody(BaseModel):
    """What a file held; a run whose content was stored before keeps its first id."""

    backtests: list[BacktestBody]


Id = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", description="A stored backtest's id")]
Wanted = Annotated[Format | None, Query(alias="format", description="Overrides `Accept`; JSON where neither says")]
Limit = Annotated[int, Query(ge=1, le=200)]
Offset = Annotated[int, Query(ge=0, le=1_000_000)]
Name = Annotated[str, Query(max_length=200, description="The file's name, for messages only")]
Engine = Annotated[
    str | None,
    Query(max_length=40, description="Where the content does not tell", json_schema_extra={"enum": list(ENGINES)}),
]


def routes(services: BacktestServices) -> APIRouter:
    """The router."""
    router = APIRouter(
        prefix="/backtests",
        tags=["backtests"],
        route_class=recorded(services.audit, "narrate"),
        responses=ERRORS,
    )
    narrates = Depends(services.gate.needs("narrate"))
    reads = Depends(services.gate.needs("read_published"))

    @router.get("")
    async def list_backtests(limit: Limit = 50, offset: Offset = 0, person: Person = narrates) -> BacktestsBody:
        """What is stored, newest first."""
        runs = await services.store.list()
        page = [BacktestBody.of(run) for run in runs[offset : offset + limit]]
        return BacktestsBody(backtests=page, total=len(runs), offset=offset, limit=limit)

    @router.post("/import", status_code=201, openapi_extra={"requestBody": _FILE})
    async def import_file(
        request: Request, name: Name = "upload", engine: Engine = None, person: Person = narrates
    ) -> ImportedBody:
        """Store every run of a file that an engine wrote, or none. The body is the file itself."""
        content = await _body(request)
        runs = await asyncio.to_thread(_runs, name, content, engine)
        return ImportedBody(backtests=[BacktestBody.of(run) for run in await _store(runs, services.store, person)])

    @router.get("/{id}/report", response_class=Response, responses={**_CONTENT, 304: {"description": "Unchanged"}})
    async def report(
        request: Request,
        id: Id,
        wanted: Wanted = None,
        detail: Detail = "standard",
        if_none_match: Annotated[str, Header(max_length=4000)] = "",
        person: Person = reads,
    ) -> Response:
        """The narrated backtest. Without the right to narrate: what was published of it, as it was approved."""
        form = wanted or _negotiated(request.headers.get("Accept", ""))
        if services.gate.access.allows(person, "narrate"):
            return _answer(await services.files.get(id, detail=detail, form=form), if_none_match)
        content = await _published(services, id, detail)
        if content is None:
            denial = services.gate.access.denial(person, "narrate")
            raise Denied(f"No narrative of '{id}' is published. {denial}")
        return _answer(await services.files.of_content(content, form), if_none_match)

    return router


_FILE: Final = {
    "required": True,
    "description": f"The file as an engine wrote it, up to {MAX_BYTES >> 20} MiB",
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary", "minLength": 1}}},
}
_TAG: Final = {"ETag": {"schema": {"type": "string"}, "description": "Changes with the content"}}
_CONTENT: Final[dict[int | str, dict[str, object]]] = {
    200: {
        "model": Report,
        "description": "The report",
        "headers": _TAG,
        "content": {media: {"schema": {"type": "string"}} for media, form in _MEDIA.items() if form != "json"},
    }
}


def _negotiated(accept: str) -> Format:
    media = preferred(accept, list(_MEDIA))
    if media is None:
        raise HTTPException(
            406, f"A report can be had as {', '.join(_MEDIA)}; ask for one of these, or with format=."
        )
    return _MEDIA[media]


async def _published(services: BacktestServices, backtest_id: str, detail: Detail) -> Content | None:
    """The newest published narrative, of this detail where there is one."""
    found = [
        content
        for publication in await services.publications.published([backtest_id])
        if (content := await services.publications.content(publication.hash)) is not None
    ]
    return next((content for content in found if content.report.detail == detail), found[0] if found else None)


def _answer(file: ReportFile, if_none_match: str) -> Response:
    headers = {**_SAFE, "ETag": f'"{file.tag}"', "X-Cache": "hit" if file.cached else "miss"}
    if if_none_match and matches(if_none_match, file.tag):
        return Response(status_code=304, headers=headers)
    headers["Content-Disposition"] = f'inline; filename="{file.name}"'
    return Response(file.content, media_type=file.media_type, headers=headers)


async def _body(request: Request) -> bytes:
    """The upload, given up as soon as it is more than may be."""
    kind = request.headers.get("Content-Type", "")
    if kind.startswith("multipart/"):
        raise HTTPException(422, "Send the file itself as the body (curl --data-binary @FILE), not a form.")
    pieces, size = [], 0
    async for piece in request.stream():
        pieces.append(piece)
        size += len(piece)
        if size > MAX_BYTES:
            raise HTTPException(
                413, f"Files of up to {MAX_BYTES >> 20} MB can be read; export daily values, for example."
            )
    return b"".join(pieces)


def _runs(name: str, content: bytes, engine: str | None) -> list[BacktestRun]:
    runs = read_bytes(name, content, engine)
    for run in runs:
        dumps(run)  # all of them can be kept, or none is
    return runs


async def _store(runs: Sequence[BacktestRun], store: BacktestStore, person: Person) -> list[RunSummary]:
    kept = list(dict.fromkeys([await store.add(run, by=person.id) for run in runs]))
    known = {run.id: run for run in await store.list()}
    return [known[run_id] for run_id in kept]
