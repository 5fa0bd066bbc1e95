"""The prompts that ship are well-formed, and the lint finds what is not."""

import json
from pathlib import Path

import pytest

from bot import prompting

HEAD = """---
id: sample
version: 1
owner: research
status: {status}
risk: low
policies: [facts-only]
variables: [facts]
output: Sample
changelog: [first]
---
"""
BODY = "Write {{ facts }} as Sample.\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sample.v1.md").write_text(HEAD.format(status="draft") + BODY)
    return tmp_path


def test_what_ships_is_clean() -> None:
    assert prompting.lint() == []


def test_a_sound_draft_has_no_findings(folder: Path) -> None:
    assert prompting.lint(folder) == []


def test_an_approved_text_cannot_change(folder: Path) -> None:
    path = folder / "sample.v1.md"
    path.write_text(HEAD.format(status="approved") + BODY)
    assert "not in lock.json" in prompting.lint(folder)[0]
    (folder / "lock.json").write_text(json.dumps({"sample.v1": prompting.load(folder)[0].sha256}))
    assert prompting.lint(folder) == []
    path.write_text(path.read_text() + "And one more thing.\n")
    assert "changed after it was approved" in prompting.lint(folder)[0]


@pytest.mark.parametrize(
    ("body", "finding"),
    [
        ("Sample without its variable", "variables differ: facts"),
        ("{{ facts }} and {{ more }} as Sample", "variables differ: more"),
        ("{{ facts }} but no schema", "output schema"),
        ("{{ facts }} as Sample, key sk-" + "a" * 20, "secret"),
        ("{{ facts", "not a valid template"),
    ],
)
def test_lint_names_what_is_wrong(folder: Path, body: str, finding: str) -> None:
    (folder / "sample.v1.md").write_text(HEAD.format(status="draft") + body)
    assert any(finding in found for found in prompting.lint(folder))


def test_a_file_that_is_no_prompt_is_named(folder: Path) -> None:
    (folder / "notes.md").write_text("hello")
    assert "notes.md" in prompting.lint(folder)[0]


def test_only_an_approved_version_is_in_force(folder: Path) -> None:
    with pytest.raises(prompting.NotFound, match="no approved version"):
        prompting.in_force("sample", folder)


def test_the_template_cannot_reach_python(folder: Path) -> None:
    (folder / "sample.v1.md").write_text(HEAD.format(status="draft") + "{{ facts.__class__.__mro__ }} Sample")
    prompt = prompting.load(folder)[0]
    with pytest.raises(Exception, match="unsafe"):
        prompt.render({"facts": []})
