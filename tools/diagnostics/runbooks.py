"""Runbooks: Markdown with front matter, read into steps that can be followed one by one, and a linter for them.

A runbook has the sections of `SECTIONS`, in that order. Its steps are a numbered list; a step may name a tool on a line of
its own, which runs with the rights of whoever asks:

    2. **See whether the ingestion ran.** Its error names the cause.
       Run: `ingestion_runs`

    3. **Load the days again.**
       Run: `rerun_ingestion connection=prices symbol=SPY`

and which findings it is the answer to, so that it is the next step for those:

    4. **Restore the last backup.**
       For: `corrupt, missing`
"""

import re
import shlex
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tools.diagnostics.conditions import CONDITIONS
from tools.errors import NotFound, Problem
from tools.search.index import Entry, Index

FOLDER: Final = Path(__file__).resolve().parent.parent.parent / "runbooks"
"""Those that come with Deskhand."""
SECTIONS: Final = ("What you see", "What it means", "Steps", "It is over when", "Whom to wake")

_LONGEST: Final = 60_000
_HEADING = re.compile(r"^## +(.+?) *$", re.MULTILINE)
_ITEM = re.compile(r"^(\d{1,2})\. +", re.MULTILINE)
_RUN = re.compile(r"^[ \t]*Run: `([^`\n]+)`[ \t]*$", re.MULTILINE)
_FOR = re.compile(r"^[ \t]*For: `([^`\n]+)`[ \t]*$", re.MULTILINE)
_TITLE = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\(\s*([^)\s]*)\s*\)")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")

Line = Annotated[str, Field(min_length=1, max_length=200)]
Handle = Annotated[str, Field(pattern=r"^@?[a-z0-9][a-z0-9._-]{0,79}$")]


class _Head(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: Line
    owner: Line
    symptoms: Annotated[list[Line], Field(min_length=1)]
    tools: list[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]]
    roles: Annotated[list[Literal["viewer", "analyst", "approver", "operator", "admin"]], Field(min_length=1)]
    escalate_to: Handle


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `text` is Markdown, on one line and without its title; `tool` is empty where a person acts."""

    number: int
    title: str
    text: str
    tool: str = ""
    arguments: Mapping[str, str] | None = None
    conditions: tuple[str, ...] = ()
    """The findings that it answers."""


@dataclass(frozen=True, slots=True)
class Runbook:
    """One runbook; `id` is the file's name. `sections` is Markdown by heading. `path` is shown to nobody but the linter."""

    id: str
    title: str
    owner: str
    symptoms: tuple[str, ...]
    tools: tuple[str, ...]
    roles: tuple[str, ...]
    escalate_to: str
    sections: Mapping[str, str]
    steps: tuple[Step, ...]
    path: Path

    def step(self, number: int) -> Step | None:
        """The step of that number, or None after the last."""
        return next((step for step in self.steps if step.number == number), None)

    @property
    def over_when(self) -> str:
        """How one knows that it is over, on one line."""
        return _one_line(self.sections.get("It is over when", ""))


class Runbooks:
    """Every runbook, by id; a desk's own folder comes after ours and wins where both have a name."""

    def __init__(self, runbooks: Iterable[Runbook]) -> None:
        self._by_id = {runbook.id: runbook for runbook in runbooks}

    def all(self) -> tuple[Runbook, ...]:
        """All of them, by title."""
        return tuple(sorted(self._by_id.values(), key=lambda runbook: runbook.title))

    def get(self, runbook_id: str) -> Runbook:
        """The runbook of that id. Raises `NotFound` naming what there is."""
        found = self._by_id.get(runbook_id)
        if found is None:
            raise NotFound(f"There is no runbook '{runbook_id[:60]}'. There are: {', '.join(sorted(self._by_id))}.")
        return found

    def find(self, runbook_id: str) -> Runbook | None:
        """The runbook of that id, or None."""
        return self._by_id.get(runbook_id)


def index_of(runbooks: Runbooks) -> Index:
    """Finds a runbook by its title and symptoms."""
    return Index([Entry(one.id, one.title, " ".join(one.symptoms), aliases=one.symptoms) for one in runbooks.all()])


def load(folders: Sequence[Path] = (FOLDER,)) -> Runbooks:
    """All runbooks of the folders that exist. A file that is none is left out: `lint` says why."""
    found: list[Runbook] = []
    for path in _files(folders):
        try:
            found.append(read(path))
        except Problem:
            continue
    return Runbooks(found)


def read(path: Path) -> Runbook:
    """One file. Raises `Problem` naming the file and what is wrong with it."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Problem(f"{path.name}: cannot be read as UTF-8 text ({type(error).__name__}).") from error
    if not _NAME.fullmatch(path.stem):
        raise Problem(f"{path.name}: the name of a runbook is lower-case letters, digits and hyphens.")
    if len(text) > _LONGEST:
        raise Problem(f"{path.name}: longer than {_LONGEST:,} characters; split it.")
    parts = text.split("---\n", 2)
    if len(parts) != 3 or parts[0].strip():
        raise Problem(f"{path.name}: a runbook begins with front matter between '---' lines.")
    head = _head(path, parts[1])
    sections = _sections(parts[2])
    return Runbook(
        id=path.stem,
        title=head.title,
        owner=head.owner,
        symptoms=tuple(head.symptoms),
        tools=tuple(head.tools),
        roles=tuple(head.roles),
        escalate_to=head.escalate_to.removeprefix("@"),
        sections=sections,
        steps=_steps(path, sections.get("Steps", "")),
        path=path,
    )


def lint(folders: Sequence[Path] = (FOLDER,), known: Collection[str] | None = None) -> list[str]:
    """One sentence a finding, empty when all is well. `known` are the names of all tools; None leaves those unchecked."""
    findings: list[str] = []
    files = list(_files(folders))
    titles: dict[str, str] = {}
    for path in files:
        try:
            runbook = read(path)
        except Problem as problem:
            findings.append(str(problem))
            continue
        findings += [f"{path.name}: {finding}" for finding in _findings_of(runbook, known)]
        other = titles.setdefault(runbook.title.lower(), path.name)
        if other != path.name:
            findings.append(f"{path.name}: has the title of {other}.")
    return findings


def _files(folders: Sequence[Path]) -> list[Path]:
    return [path for folder in folders if folder.is_dir() for path in sorted(folder.glob("*.md"))]


def _head(path: Path, text: str) -> _Head:
    try:
        return _Head.model_validate(yaml.safe_load(text))
    except yaml.YAMLError as error:
        raise Problem(f"{path.name}: the front matter is not valid YAML.") from error
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "it"
        raise Problem(f"{path.name}: front matter: {where}: {first['msg'].lower()}.") from error


def _sections(body: str) -> dict[str, str]:
    pieces = _HEADING.split(body)
    return {heading: text.strip() for heading, text in zip(pieces[1::2], pieces[2::2], strict=True)}


def _steps(path: Path, text: str) -> tuple[Step, ...]:
    pieces = _ITEM.split(text)
    steps = [_step(number, body) for number, body in zip(pieces[1::2], pieces[2::2], strict=True)]
    if [step.number for step in steps] != list(range(1, len(steps) + 1)):
        raise Problem(f"{path.name}: the steps are not numbered 1, 2, 3 and so on.")
    return tuple(steps)


def _step(number: str, body: str) -> Step:
    run = _RUN.search(body)
    answers = _FOR.search(body)
    text = _one_line(_FOR.sub("", _RUN.sub("", body)))
    titled = _TITLE.match(text)
    title = titled[1].rstrip(".:,") if titled else text.partition(". ")[0].rstrip(".")
    rest = text[titled.end() :].lstrip(" ,:") if titled else text
    step = Step(int(number), title, rest, conditions=tuple(re.split(r"[\s,]+", answers[1])) if answers else ())
    if run is None:
        return step
    name, *given = _words(run[1])
    pairs = {key: value for word in given for key, _, value in [word.partition("=")]}
    return replace(step, tool=name, arguments=pairs)


def _words(command: str) -> list[str]:
    try:
        return shlex.split(command) or [""]
    except ValueError:
        return command.split()


def _findings_of(runbook: Runbook, known: Collection[str] | None) -> list[str]:
    findings = [f"the section '## {name}' is missing." for name in SECTIONS if not runbook.sections.get(name)]
    if not findings and tuple(name for name in runbook.sections if name in SECTIONS) != SECTIONS:
        findings.append(f"the sections are not in order: {', '.join(SECTIONS)}.")
    if not runbook.steps:
        findings.append("the steps are not a numbered list.")
    used = {step.tool for step in runbook.steps if step.tool}
    findings += [f"a step runs '{name}', which is not among its tools." for name in sorted(used - {*runbook.tools})]
    named = sorted({*runbook.tools, *used})
    findings += [f"there is no tool '{name}'." for name in named if known is not None and name not in known]
    unknown = {condition for step in runbook.steps for condition in step.conditions} - {*CONDITIONS}
    findings += [f"a step is for '{name}', which no tool finds." for name in sorted(unknown)]
    if len({*runbook.tools}) != len(runbook.tools):
        findings.append("a tool is named twice.")
    return findings + [f"the link '{link}' leads nowhere." for link in _dead_links(runbook)]


def _dead_links(runbook: Runbook) -> list[str]:
    links = [link for text in runbook.sections.values() for link in _LINK.findall(text)]
    return [link for link in links if not _leads_somewhere(link, runbook.path.parent)]


def _leads_somewhere(link: str, folder: Path) -> bool:
    """Addresses are taken at their word: a linter that needs the network fails when the network does."""
    if re.match(r"(?:https?://[^/\s]+|mailto:\S+@\S+)", link):
        return True
    target = link.partition("#")[0]
    return bool(target) and ((folder / target).is_file() or (FOLDER / target).is_file())


def _one_line(text: str) -> str:
    return " ".join(text.split())
