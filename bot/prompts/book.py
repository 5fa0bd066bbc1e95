"""The prompts under `prompts/`: read, held to the lock, rendered in a sandbox.

A version is a file `<id>.v<version>.md`: front matter, then a body in two parts that a line `=== user ===` divides. What
stands above is sent as the system message; what stands below holds the slots for data, `<name>{{ name | data }}</name>`.
`lock.json` says who approved which text (by hash) and which version of each prompt is in force; a version whose text is
not the approved one does not run.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal

import yaml
from jinja2 import StrictUndefined
from jinja2.sandbox import SandboxedEnvironment
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tools.errors import NotFound, Problem

FOLDER: Final = Path(__file__).resolve().parents[2] / "prompts"
LOCK: Final = "lock.json"
USER_PART: Final = "=== user ===\n"

Status = Literal["draft", "in_review", "approved", "archived"]
Risk = Literal["low", "medium", "high"]
APPROVERS: Final[Mapping[Risk, int]] = {"low": 1, "medium": 1, "high": 2}
"""How many different people must approve a version."""

_FILE = re.compile(r"(?P<id>[a-z][a-z0-9-]*)\.v(?P<version>[1-9][0-9]*)\.md")
_STATUS = re.compile(r"^status:.*\n", re.MULTILINE)


class ModelSettings(BaseModel):
    """How the model is asked."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    max_tokens: Annotated[int, Field(ge=1, le=100_000)] = 1000
    """Of the answer."""


class FrontMatter(BaseModel):
    """What the head of a prompt file must say."""

    model_config = ConfigDict(extra="forbid")

    id: str
    version: Annotated[int, Field(ge=1)]
    owner: Annotated[str, Field(min_length=1)]
    status: Status
    risk: Risk
    policies: Annotated[list[str], Field(min_length=1)]
    """Names in `policies.yaml`."""
    variables: list[str]
    """What is filled in: each is data, in a slot of its own in the user part."""
    output: Annotated[str, Field(min_length=1)]
    """Name of the schema that an answer must satisfy."""
    model: ModelSettings = ModelSettings()
    changelog: Annotated[list[str], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Prompt:
    """One version. `sha256` covers the whole file but its status, so that it stays the same from draft to archive."""

    head: FrontMatter
    body: str
    path: Path
    sha256: str

    @property
    def name(self) -> str:
        """`narrate.v1`: what audit rows, reports and cache keys name."""
        return f"{self.head.id}.v{self.head.version}"

    @property
    def system_part(self) -> str:
        """The instructions."""
        return self.body.partition(USER_PART)[0].strip() + "\n"

    @property
    def user_part(self) -> str:
        """The template of the data; empty where the caller builds that message itself."""
        return self.body.partition(USER_PART)[2].strip()

    def render(self, variables: Mapping[str, object]) -> str:
        """Instructions with the variables in them; a prompt without variables is its instructions."""
        return environment().from_string(self.system_part).render(**variables)

    def render_user(self, variables: Mapping[str, object]) -> str:
        """The data to send: what the user part makes of it, or without one every variable in a slot of its name."""
        template = self.user_part or "\n".join(f"<{name}>{{{{ {name} | data }}}}</{name}>" for name in variables)
        return environment().from_string(template).render(**variables).strip()


class Approval(BaseModel):
    """Who approved a text, and on which day (UTC). `login` is the account of the machine it was done under."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    by: str
    on: str
    login: str = ""

    @property
    def who(self) -> str:
        """The name, and the account where that has another one."""
        return f"{self.by} (login {self.login})" if self.login not in ("", self.by) else self.by


class Locked(BaseModel):
    """The approvals of one text. Counts only where `sha256` is still that of the file."""

    model_config = ConfigDict(extra="forbid")

    sha256: str
    approvals: list[Approval] = []


class Lock(BaseModel):
    """`lock.json`."""

    model_config = ConfigDict(extra="forbid")

    in_force: dict[str, int] = {}
    """Prompt id to version."""
    versions: dict[str, Locked] = {}

    def approves(self, prompt: Prompt) -> bool:
        """Whether enough people approved this very text."""
        locked = self.versions.get(prompt.name)
        if locked is None or locked.sha256 != prompt.sha256:
            return False
        return len({approval.by for approval in locked.approvals}) >= APPROVERS[prompt.head.risk]

    def save(self, folder: Path) -> None:
        """Write it, sorted, so that a change shows as one."""
        ordered = {
            "in_force": dict(sorted(self.in_force.items())),
            "versions": {
                name: locked.model_dump(exclude_defaults=True) for name, locked in sorted(self.versions.items())
            },
        }
        (folder / LOCK).write_text(json.dumps(ordered, indent=2) + "\n", encoding="utf-8")


@dataclass(frozen=True, slots=True)
class PromptBook:
    """The prompts of one folder as a bot may use them. Reads files: call it in a thread.

    With `drafts`, which only the demo sets, the newest version runs, whatever its status.
    """

    folder: Path = FOLDER
    drafts: bool = False

    def in_force(self, prompt_id: str) -> Prompt:
        """The version that runs. Raises `NotFound` where none is approved, `Problem` where its text is not the approved one."""
        if self.drafts:
            versions = [prompt for prompt in load(self.folder) if prompt.head.id == prompt_id]
            runnable = [prompt for prompt in versions if prompt.head.status != "archived"]
            if runnable:
                return runnable[-1]
        lock = read_lock(self.folder)
        version = lock.in_force.get(prompt_id)
        path = self.folder / f"{prompt_id}.v{version}.md"
        if version is None or not path.is_file():
            raise NotFound(f"There is no approved version of the prompt '{prompt_id}' in {self.folder.name}/.")
        prompt = read(path)
        if prompt.head.status != "approved" or not lock.approves(prompt):
            raise Problem(
                f"{path.name} is in force but its text is not the one that was approved; "
                "see `deskhand prompts lint`, or go back with `deskhand prompts rollback`."
            )
        return prompt


def in_force(prompt_id: str, folder: Path = FOLDER) -> Prompt:
    """The approved version of a prompt that runs."""
    return PromptBook(folder).in_force(prompt_id)


def load(folder: Path = FOLDER) -> list[Prompt]:
    """Every version, by id and version. Raises `Problem` naming a file that is not a prompt."""
    prompts = [read(path) for path in sorted(folder.glob("*.md"))]
    return sorted(prompts, key=lambda prompt: (prompt.head.id, prompt.head.version))


def read(path: Path) -> Prompt:
    """One file. Raises `Problem` saying what is wrong with it."""
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
    what_is_approved = _STATUS.sub("", parts[1], count=1) + "---\n" + parts[2]
    return Prompt(head, parts[2].strip() + "\n", path, hashlib.sha256(what_is_approved.encode()).hexdigest())


def read_lock(folder: Path = FOLDER) -> Lock:
    """The lock; empty where there is none. Raises `Problem` where it is damaged."""
    path = folder / LOCK
    if not path.exists():
        return Lock()
    try:
        return Lock.model_validate_json(path.read_text(encoding="utf-8"))
    except ValidationError as error:
        raise Problem(
            f"{LOCK} is damaged ({error.error_count()} findings); restore it from version control."
        ) from None


def set_status(prompt: Prompt, status: Status) -> None:
    """Change the status in the file, and nothing else."""
    text = prompt.path.read_text(encoding="utf-8")
    prompt.path.write_text(_STATUS.sub(f"status: {status}\n", text, count=1), encoding="utf-8")


def environment() -> SandboxedEnvironment:
    """Templates reach no Python, and a variable that is not given is an error."""
    sandbox = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True)
    sandbox.filters["data"] = as_data
    return sandbox


def as_data(value: object) -> str:
    """JSON in which no tag can be opened or closed: what a slot for data holds."""
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")
