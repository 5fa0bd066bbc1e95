"""manifest.yml: valid by Slack's schema, asks for what the code needs, and for nothing else."""

import ast
import functools
import inspect
import json
import os
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest
import yaml
from slack_sdk.web.async_client import AsyncWebClient

from bot.workspace.scopes import EVENT_SCOPES, MANIFEST, METHODS, load_manifest, scopes_for

REPOSITORY = MANIFEST.parent
SDK_NAMES = {
    name: name.replace("_", ".")
    for name, member in vars(AsyncWebClient).items()
    if inspect.iscoroutinefunction(member) and "_" in name.strip("_") and not name.startswith("_")
}
"""Every method of the SDK's client; one that the table does not know shows under a name of dots only."""
SDK_NAMES |= {name.replace(".", "_"): name for name in METHODS}
SDK_NAMES |= {"files_upload_v2": "files.completeUploadExternal", "chat_stream": "chat.startStream"}
SCHEMAS = os.environ.get("DESKHAND_MANIFEST_SCHEMA")
UNASKED = {"files:read": "a person's file is read from its url_private, which is no method of the Web API"}
"""Scopes that no called method and no event explains."""


def called_methods(folder: Path) -> Iterator[tuple[str, str]]:
    """Every Web API method that the sources of a folder call, with where: `client.chat_update(...)`, `api_call("x.y")`."""
    for path in sorted(folder.rglob("*.py")):
        if "workspace" in path.relative_to(REPOSITORY).parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            where = f"{path.relative_to(REPOSITORY)}:{getattr(node, 'lineno', 0)}"
            if isinstance(node, ast.Attribute) and node.attr in SDK_NAMES:
                yield SDK_NAMES[node.attr], where
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "api_call":
                name = node.args[0] if node.args else None
                if isinstance(name, ast.Constant) and isinstance(name.value, str):
                    yield name.value, where


@functools.cache
def all_calls() -> list[tuple[str, str]]:
    return [found for folder in ("bot", "handlers") for found in called_methods(REPOSITORY / folder)]


@pytest.mark.skipif(not SCHEMAS, reason="DESKHAND_MANIFEST_SCHEMA names no folder with Slack's manifest schemas")
def test_it_holds_to_slacks_schema():
    schema = json.loads((Path(str(SCHEMAS)) / "manifest.schema.2.0.0.json").read_text())
    manifest = yaml.safe_load(MANIFEST.read_text())
    jsonschema.Draft7Validator(schema).validate(manifest)
    broken = manifest | {"features": manifest["features"] | {"agent_view": {"agent_descriptoin": "x"}}}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft7Validator(schema).validate(broken)


def test_every_method_the_code_calls_has_its_scope():
    manifest = load_manifest()
    for method, where in all_calls():
        assert method in METHODS, f"{where} calls {method}, which bot.workspace.scopes does not know"
        needed = manifest.missing(method) if METHODS[method].bearer == "bot" else ()
        assert not needed, f"{where} calls {method}, which needs {' or '.join(needed)} in manifest.yml"


def test_every_event_has_its_scope():
    manifest = load_manifest()
    for event in manifest.bot_events:
        needed = EVENT_SCOPES[event]
        assert not needed or set(needed) & set(manifest.bot_scopes), f"{event} needs {' or '.join(needed)}"


def test_no_scope_is_asked_for_in_vain():
    wanted = {"commands", *UNASKED}
    for event in load_manifest().bot_events:
        wanted |= set(EVENT_SCOPES[event])
    for method, _ in all_calls():
        wanted |= {scope for alternatives in scopes_for(method) for scope in alternatives}
    assert set(load_manifest().bot_scopes) <= wanted


def test_the_scan_sees_calls(tmp_path, monkeypatch):
    monkeypatch.setattr("test_manifest.REPOSITORY", tmp_path)
    (tmp_path / "handler.py").write_text(
        "async def f(client):\n"
        "    await client.reactions_add(name='x')\n"
        "    await client.api_call('team.info')\n"
        "    await (await client.chat_stream()).append()\n"
        "    await client.pins_add(channel='C1')\n"
    )
    found = [method for method, _ in called_methods(tmp_path)]
    assert sorted(found) == ["chat.startStream", "pins.add", "reactions.add", "team.info"]


def test_it_is_an_agents_manifest_with_all_its_surfaces():
    manifest = yaml.safe_load(MANIFEST.read_text())
    features, settings = manifest["features"], manifest["settings"]
    assert "assistant_view" not in features
    assert len(features["agent_view"]["suggested_prompts"]) <= 4
    assert features["slash_commands"][0]["command"] == "/deskhand"
    assert features["shortcuts"][0]["callback_id"] == "ask_about_message"
    assert features["app_home"]["home_tab_enabled"]
    assert settings["socket_mode_enabled"]
    assert settings["interactivity"]["is_enabled"]
