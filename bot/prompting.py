"""The prompts under `prompts/`: loaded, checked against the lock, rendered in a sandbox.

A version is a file `<id>.v<version>.md`. An approved one is frozen: `prompts/lock.json` keeps the SHA-256 of its whole
file, and a changed text under an approved version is a finding, so a change means a new version.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import yaml
from jinja2 import StrictUndefined, TemplateError, meta
from jinja2.sandbox import SandboxedEnvironment
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tools.errors import NotFound, Problem

FOLDER = Path(__file__).resolve().parent.parent / "prompts"
LOCK = "lock.json"
_FILE = re.compile(r"(?P<id>[a-z][a-z0-9-]*)\.v(?P<version>[1-9][0-9]*)\.md")
_SECRET = re.compile(
    r"xox[abp]-[A-Za-z0-9-]{8}|xapp-[A-Za-z0-9-]{8}|sk-[A-Za-z0-9_-]{16}|AKIA[0-9A-Z]{16}|-----BEGIN"
)


class FrontMatter(BaseModel):
    """What the head of a prompt file must say."""

    model_config = ConfigDict(extra="forbid")

    id: str
    version: Annotated[int, Field(ge=1)]
    owner: Annotated[str, Field(min_length=1)]
    status: Literal["draft", "in_review", "approved", "archived"]
    risk: Literal["low", "medium", "high"]
    policies: Annotated[list[str], Field(min_length=1)]
    variables: list[str]
    output: Annotated[str, Field(min_length=1)]
    """Name of the schema that an answer must satisfy."""
    changelog: Annotated[list[str], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Prompt:
    """One version. `sha256` covers the whole file, front matter included."""

    head: FrontMatter
    body: str
    path: Path
    sha256: str

    @property
    def name(self) -> str:
        """`narrate.v1`: what audit rows and cache keys name."""
        return f"{self.head.id}.v{self.head.version}"

    def render(self, variables: Mapping[str, object]) -> str:
        """The text to send; every declared variable must be given."""
        return _environment().from_string(self.body).render(**variables)


def load(folder: Path = FOLDER) -> list[Prompt]:
    """Every version, by id and version. Raises `Problem` naming a file that is not a prompt."""
    prompts = [_read(path) for path in sorted(folder.glob("*.md"))]
    return sorted(prompts, key=lambda prompt: (prompt.head.id, prompt.head.version))


def in_force(prompt_id: str, folder: Path = FOLDER) -> Prompt:
    """The newest approved version of a prompt."""
    versions = [p for p in load(folder) if p.head.id == prompt_id and p.head.status == "approved"]
    if not versions:
        raise NotFound(f"There is no approved version of the prompt '{prompt_id}' in {folder.name}/.")
    return versions[-1]


def lint(folder: Path = FOLDER) -> list[str]:
    """One sentence a finding; empty when all is well."""
    findings: list[str] = []
    prompts: list[Prompt] = []
    for path in sorted(folder.glob("*.md")):
        try:
            prompts.append(_read(path))
        except Problem as problem:
            findings.append(str(problem))
    for prompt in prompts:
        findings += _findings_of(prompt)
    return findings + _lock_findings(prompts, folder)


def _read(path: Path) -> Prompt:
    text = path.read_text(encoding="utf-8")
    named = _FILE.fullmatch(path.name)
    parts = text.split("---\n", 2)
    if named is None or len(parts) != 3 or parts[0]:
        raise Problem(
            f"{path.name}: a prompt is named <id>.v<version>.md and begins with front matter between '---' lines."
        )
    try:
        head = FrontMatter.model_validate(yaml.safe_load(parts[1]))
    except (yaml.YAMLError, ValidationError) as error:
        first = error.errors()[0] if isinstance(error, ValidationError) else None
        where = ".".join(map(str, first["loc"])) + ": " + first["msg"] if first else "not valid YAML"
        raise Problem(f"{path.name}: front matter: {where}.") from error
    if (head.id, str(head.version)) != (named["id"], named["version"]):
        raise Problem(
            f"{path.name}: front matter says {head.id} version {head.version}, the file name something else."
        )
    return Prompt(head, parts[2].strip() + "\n", path, hashlib.sha256(text.encode()).hexdigest())


def _findings_of(prompt: Prompt) -> list[str]:
    findings = []
    try:
        used = meta.find_undeclared_variables(_environment().parse(prompt.body))
    except TemplateError as error:
        return [f"{prompt.path.name}: the body is not a valid template: {error}."]
    if used != set(prompt.head.variables):
        odd = sorted(used ^ set(prompt.head.variables))
        findings.append(f"{prompt.path.name}: declared and used variables differ: {', '.join(odd)}.")
    if _SECRET.search(prompt.body):
        findings.append(f"{prompt.path.name}: holds something that looks like a secret.")
    if prompt.head.output not in prompt.body:
        findings.append(f"{prompt.path.name}: the body does not name its output schema '{prompt.head.output}'.")
    return findings


def _lock_findings(prompts: Sequence[Prompt], folder: Path) -> list[str]:
    path = folder / LOCK
    locked: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    approved = {prompt.name: prompt for prompt in prompts if prompt.head.status in ("approved", "archived")}
    findings = [
        f"{prompt.path.name}: approved, but not in {LOCK}." for name, prompt in approved.items() if name not in locked
    ]
    for name, sha256 in locked.items():
        if name not in approved:
            findings.append(f"{LOCK}: {name} is locked, but there is no approved file of it.")
        elif approved[name].sha256 != sha256:
            findings.append(f"{approved[name].path.name}: changed after it was approved; make a new version instead.")
    return findings


def _environment() -> SandboxedEnvironment:
    return SandboxedEnvironment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True)
