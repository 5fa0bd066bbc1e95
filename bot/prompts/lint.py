"""What is wrong with the prompts: form, policies, slots, secrets, and whether texts are the approved ones."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import yaml
from jinja2 import TemplateError, meta
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from bot.prompts.book import APPROVERS, FOLDER, LOCK, USER_PART, Lock, Prompt, Risk, environment, read, read_lock
from tools.errors import Problem
from tools.redact import MASK, redact

POLICIES: Final = "policies.yaml"
_EXPRESSION: Final = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)


class Policy(BaseModel):
    """What a prompt promises by naming the policy. `body` are patterns that its text must hold."""

    model_config = ConfigDict(extra="forbid")

    says: str
    body: list[str] = Field(min_length=1)
    required_at: list[Risk] = []


def policies(folder: Path = FOLDER) -> dict[str, Policy]:
    """The policies there are, by name. Raises `Problem` where the file is damaged."""
    path = folder / POLICIES if (folder / POLICIES).exists() else FOLDER / POLICIES
    try:
        return TypeAdapter(dict[str, Policy]).validate_python(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (yaml.YAMLError, ValidationError) as error:
        raise Problem(f"{POLICIES} is not a list of policies: {str(error).splitlines()[0]}.") from None


def lint(folder: Path = FOLDER) -> list[str]:
    """One sentence a finding; empty when all is well."""
    findings: list[str] = []
    prompts: list[Prompt] = []
    for path in sorted(folder.glob("*.md")):
        try:
            prompts.append(read(path))
        except Problem as problem:
            findings.append(str(problem))
    try:
        known, lock = policies(folder), read_lock(folder)
    except Problem as problem:
        return [*findings, str(problem)]
    for prompt in prompts:
        findings += findings_of(prompt, known)
    return findings + list(_lock_findings(prompts, lock))


def findings_of(prompt: Prompt, known: dict[str, Policy]) -> list[str]:
    """What is wrong with one version on its own."""
    try:
        used = meta.find_undeclared_variables(environment().parse(prompt.body))
    except TemplateError as error:
        return [f"{prompt.path.name}: the body is not a valid template: {error}."]
    said = list(_slot_findings(prompt))
    if used != set(prompt.head.variables):
        odd = sorted(used ^ set(prompt.head.variables))
        said.append(f"declared and used variables differ: {', '.join(odd)}.")
    if MASK in redact(prompt.body) and MASK not in prompt.body:
        said.append("holds something that looks like a secret.")
    if prompt.head.output not in prompt.system_part:
        said.append(f"the body does not name its output schema '{prompt.head.output}'.")
    return [f"{prompt.path.name}: {finding}" for finding in (*said, *_policy_findings(prompt, known))]


def _slot_findings(prompt: Prompt) -> Iterator[str]:
    """Every variable is somebody's words or a tool's output, so it stands in a slot that cannot be left."""
    if _EXPRESSION.search(prompt.system_part):
        yield f"the instructions hold a variable; data belongs below the line '{USER_PART.strip()}'."
    rest = prompt.user_part
    for name in prompt.head.variables:
        tag = name.replace("_", "-")
        rest = re.sub(rf"<{tag}>\s*\{{\{{-?\s*{name}\s*\|\s*data\s*-?\}}\}}\s*</{tag}>", "", rest)
        rest = re.sub(rf"\{{%-?\s*if {name}\s*-?%\}}", "", rest)
    rest = re.sub(r"\{%-?\s*endif\s*-?%\}", "", rest)
    for outside in _EXPRESSION.findall(rest):
        yield f"{outside} stands outside a delimited slot; write <name>{{{{ name | data }}}}</name>."


def _policy_findings(prompt: Prompt, known: dict[str, Policy]) -> Iterator[str]:
    words = " ".join(prompt.body.split())
    for name in prompt.head.policies:
        policy = known.get(name)
        if policy is None:
            yield f"'{name}' is not a policy of {POLICIES}; there are {', '.join(sorted(known))}."
            continue
        for pattern in policy.body:
            if not re.search(pattern, words, re.IGNORECASE):
                yield f"claims the policy {name} ({policy.says}), but its text says nothing like '{pattern}'."
    for name, policy in known.items():
        if prompt.head.risk in policy.required_at and name not in prompt.head.policies:
            yield f"at risk {prompt.head.risk} the policy {name} is required: {policy.says}."


def _lock_findings(prompts: Sequence[Prompt], lock: Lock) -> Iterator[str]:
    by_name = {prompt.name: prompt for prompt in prompts}
    for prompt in prompts:
        if prompt.head.status not in ("approved", "archived"):
            continue
        locked = lock.versions.get(prompt.name)
        if locked is None:
            yield f"{prompt.path.name}: {prompt.head.status}, but not in {LOCK}; use `deskhand prompts approve`."
        elif locked.sha256 != prompt.sha256:
            yield f"{prompt.path.name}: changed after it was approved; make a new version instead."
        elif not lock.approves(prompt):
            needed = APPROVERS[prompt.head.risk]
            yield f"{prompt.path.name}: risk {prompt.head.risk} needs {needed} approvers, {LOCK} names fewer."
    for name in lock.versions:
        if name not in by_name:
            yield f"{LOCK}: {name} is locked, but there is no file of it."
    for prompt_id, version in lock.in_force.items():
        running = by_name.get(f"{prompt_id}.v{version}")
        if running is None or running.head.status != "approved":
            yield f"{LOCK}: {prompt_id}.v{version} is in force, but it is not an approved version."
