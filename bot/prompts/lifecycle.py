"""From draft to approved, and back to an earlier version: the files change, and the audit says who did it."""

import difflib
import os
import pwd
import time
from dataclasses import dataclass
from pathlib import Path

from bot.prompts.book import APPROVERS, Approval, Locked, Prompt, load, read_lock, set_status
from bot.prompts.lint import findings_of, policies
from bot.protocols import AuditEntry
from tools.errors import BadInput, Denied, NotFound


@dataclass(frozen=True, slots=True)
class Step:
    """What happened, in words and for the audit."""

    said: str
    prompt: Prompt
    decision: str
    by: str
    reason: str = ""
    was: str = ""
    """The version that was in force before."""
    login: str = ""
    """The account of the machine it was done under."""

    def entry(self, correlation_id: str) -> AuditEntry:
        """The row to keep."""
        return AuditEntry(
            actor=f"cli:{self.by}",
            action="prompt",
            correlation_id=correlation_id,
            decision=self.decision,
            prompt_version=self.prompt.name,
            result_hash=self.prompt.sha256,
            arguments={
                "risk": self.prompt.head.risk,
                "reason": self.reason,
                "was_in_force": self.was,
                "login": self.login,
            },
        )


def login_name() -> str:
    """The account that this process runs under, as the system knows it: unlike a name, nobody can just say another."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"


def approve(folder: Path, name: str, by: str, login: str = "") -> Step:
    """Add one person's approval; with the last one needed the version comes into force.

    Raises `BadInput` for a version that has findings or cannot be approved, `Denied` for a second approval by one person:
    under the same name, or, whatever the name, from the same `login`.
    """
    prompt = find(folder, name)
    if prompt.head.status in ("approved", "archived"):
        raise BadInput(f"{prompt.name} is {prompt.head.status} already.")
    findings = findings_of(prompt, policies(folder))
    if findings:
        raise BadInput(f"{prompt.name} cannot be approved yet: {findings[0]}")
    if by == prompt.head.owner:
        raise Denied(f"{by} owns {prompt.name}; somebody else has to approve it.")
    lock = read_lock(folder)
    locked = lock.versions.get(prompt.name)
    if locked is None or locked.sha256 != prompt.sha256:  # approvals of another text count for nothing
        locked = Locked(sha256=prompt.sha256)
    if by in {approval.by for approval in locked.approvals}:
        raise Denied(f"{by} approved {prompt.name} already; it needs a second person.")
    same = next((approval for approval in locked.approvals if login and approval.login == login), None)
    if same is not None:
        raise Denied(
            f"{same.by} approved {prompt.name} from the login {login}, which is yours, too; the second person has to do it "
            "from a login of their own."
        )
    locked.approvals.append(Approval(by=by, on=time.strftime("%Y-%m-%d", time.gmtime()), login=login))
    lock.versions[prompt.name] = locked
    missing = APPROVERS[prompt.head.risk] - len(locked.approvals)
    was = _in_force_name(prompt.head.id, lock.in_force)
    if missing > 0:
        set_status(prompt, "in_review")
        lock.save(folder)
        return Step(
            f"{prompt.name}: approved by {by}; {missing} more needed.",
            prompt,
            "approved_in_part",
            by,
            was=was,
            login=login,
        )
    set_status(prompt, "approved")
    lock.in_force[prompt.head.id] = prompt.head.version
    lock.save(folder)
    return Step(f"{prompt.name}: approved by {by} and in force.", prompt, "approved", by, was=was, login=login)


def rollback(
    folder: Path, prompt_id: str, by: str, *, to: int | None = None, reason: str = "", login: str = ""
) -> Step:
    """Put an earlier approved version in force: the one before, or `to`. Raises `NotFound` where there is none."""
    lock = read_lock(folder)
    running = lock.in_force.get(prompt_id)
    approved = [
        prompt
        for prompt in load(folder)
        if prompt.head.id == prompt_id and prompt.head.status == "approved" and lock.approves(prompt)
    ]
    if running is None or not approved:
        raise NotFound(f"There is no approved version of '{prompt_id}'.")
    if to is None:
        wanted = [prompt for prompt in approved if prompt.head.version < running][-1:]
    else:
        wanted = [prompt for prompt in approved if prompt.head.version == to]
    if not wanted:
        there = ", ".join(f"v{prompt.head.version}" for prompt in approved)
        raise NotFound(f"There is no such approved version of '{prompt_id}' to go back to; approved are {there}.")
    target = wanted[0]
    lock.in_force[prompt_id] = target.head.version
    lock.save(folder)
    was = f"{prompt_id}.v{running}"
    return Step(f"{target.name} is in force again, instead of {was}.", target, "rolled_back", by, reason, was, login)


def diff(folder: Path, prompt_id: str, old: int | None = None, new: int | None = None) -> str:
    """A unified diff of two versions: by default of the one in force and the newest."""
    versions = {prompt.head.version: prompt for prompt in load(folder) if prompt.head.id == prompt_id}
    if not versions:
        raise NotFound(f"There is no prompt '{prompt_id}' in {folder.name}/.")
    first = old if old is not None else read_lock(folder).in_force.get(prompt_id, min(versions))
    second = new if new is not None else max(versions)
    for version in (first, second):
        if version not in versions:
            raise NotFound(f"There is no version {version} of '{prompt_id}'.")
    before, after = (versions[version].path for version in (first, second))
    lines = (path.read_text(encoding="utf-8").splitlines(keepends=True) for path in (before, after))
    return "".join(difflib.unified_diff(next(lines), next(lines), before.name, after.name))


def find(folder: Path, name: str) -> Prompt:
    """The version called `narrate.v2`. Raises `NotFound` naming what there is."""
    prompts = load(folder)
    found = next((prompt for prompt in prompts if prompt.name == name.removesuffix(".md")), None)
    if found is None:
        raise NotFound(
            f"There is no prompt version '{name}'; there are {', '.join(prompt.name for prompt in prompts)}."
        )
    return found


def _in_force_name(prompt_id: str, in_force: dict[str, int]) -> str:
    return f"{prompt_id}.v{in_force[prompt_id]}" if prompt_id in in_force else ""
