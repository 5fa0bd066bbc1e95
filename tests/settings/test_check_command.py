import asyncio
import json
import sys

import pytest
from aiohttp import web

from bot.health.preflight import NAMES, preflight
from bot.settings import REPOSITORY, reference
from bot.storage.migrate import upgrade
from bot.workspace.limits import RateLimits
from bot.workspace.scopes import Manifest
from bot.workspace.server import Workspace


@pytest.fixture
async def workspace():
    async with Workspace(limits=RateLimits(enabled=False)) as workspace:
        yield workspace


@pytest.fixture
def environment(monkeypatch, tmp_path):
    for setting in reference():
        if setting.variable:
            monkeypatch.delenv(setting.variable, raising=False)
    monkeypatch.delenv("DESKHAND_CONFIG", raising=False)
    monkeypatch.setenv("DESKHAND_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return monkeypatch


@pytest.fixture
def on_workspace(environment, workspace):
    environment.setenv("SLACK_API_URL", workspace.api_url)
    environment.setenv("SLACK_BOT_TOKEN", workspace.bot_token)
    environment.setenv("SLACK_APP_TOKEN", workspace.app_token)
    return environment


async def checks():
    found = await preflight()
    assert tuple(check.name for check in found) == NAMES
    return {check.name: check for check in found}


async def test_with_all_in_place_all_is_well(on_workspace):
    found = await checks()
    assert [check for check in found.values() if not check.ok] == []
    assert "@deskhand" in found["bot token"].detail
    assert "@strategy-approvers" in found["user groups"].detail


async def test_from_nothing_the_first_step_is_to_make_the_app(environment):
    found = await checks()
    assert [name for name, check in found.items() if not check.ok] == [
        "bot token",
        "scopes",
        "app token",
        "user groups",
    ]
    assert "From a manifest" in found["bot token"].detail
    assert "connections:write" in found["app token"].detail
    assert found["scopes"].detail == found["user groups"].detail == "not checked: first the bot token"


async def test_wrong_settings_come_before_everything(environment):
    environment.setenv("DESKHAND_HTTP", "nonsense")
    found = await checks()
    assert "DESKHAND_HTTP" in found["settings"].detail
    assert {check.detail for name, check in found.items() if name != "settings"} == {
        "not checked: first the settings"
    }


async def test_refused_tokens(on_workspace):
    on_workspace.setenv("SLACK_BOT_TOKEN", "xoxb-" + "other")
    on_workspace.setenv("SLACK_APP_TOKEN", "xapp-" + "other")
    found = await checks()
    assert "invalid_auth" in found["bot token"].detail
    assert "invalid_auth" in found["app token"].detail
    assert "other" not in json.dumps([check.detail for check in found.values()]).replace("another", "")


async def test_events_over_http_need_no_app_token(on_workspace):
    on_workspace.delenv("SLACK_APP_TOKEN")
    on_workspace.setenv("SLACK_SIGNING_SECRET", "8f742231b10e")
    assert (await checks())["app token"].ok


async def test_a_server_that_is_not_there(on_workspace):
    on_workspace.setenv("SLACK_API_URL", "http://127.0.0.1:9/api/")
    found = await checks()
    assert "127.0.0.1:9" in found["bot token"].detail
    assert "does not answer" in found["app token"].detail


async def test_a_token_without_a_scope(on_workspace, workspace):
    workspace.hub.manifest = Manifest(bot_scopes=("chat:write", "users:read"))
    found = await checks()
    assert "app_mentions:read" in found["scopes"].detail
    assert "reinstall" in found["scopes"].detail
    assert "usergroups:read" in found["user groups"].detail


async def test_groups_that_are_missing_are_named_and_static_roles_do_without(on_workspace, workspace, tmp_path):
    (tmp_path / "deskhand.toml").write_text('[roles]\ngroups = {"quant-analysts" = "analyst", "@Nobody" = "admin"}\n')
    found = await checks()
    assert "there is no @@Nobody" not in found["user groups"].detail
    assert "@Nobody (admin)" in found["user groups"].detail
    assert "quant-analysts" not in found["user groups"].detail.split(":")[0]
    workspace.hub.has_user_groups = False
    assert "plan has no user groups" in (await checks())["user groups"].detail
    (tmp_path / "deskhand.toml").write_text('[roles]\nuse_static = true\nstatic = {"admin" = ["U0123"]}\n')
    assert (await checks())["user groups"].ok


async def test_a_home_that_cannot_be_written(environment):
    environment.setenv("DESKHAND_HOME", "/proc/nowhere")
    found = await checks()
    assert "DESKHAND_HOME" in found["home"].detail


async def test_databases(environment, sqlite_url, new_postgres_database):
    environment.setenv("DESKHAND_DATABASE_URL", sqlite_url)
    assert "at revision" in (await checks())["database"].detail
    url = await asyncio.to_thread(new_postgres_database)
    environment.setenv("DESKHAND_DATABASE_URL", url)
    assert "is empty" in (await checks())["database"].detail
    await upgrade(url)
    assert "at revision" in (await checks())["database"].detail
    environment.setenv("DESKHAND_DATABASE_URL", "postgresql://desk:hunter2@127.0.0.1:9/desk")
    found = (await checks())["database"]
    assert not found.ok
    assert "hunter2" not in found.detail


@pytest.fixture
async def model():
    """An endpoint that answers what the test says."""
    told = {"status": 200, "content": '{"ready": true}'}

    async def complete(_request):
        message = {"role": "assistant", "content": told["content"]}
        body = {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": []}
        body["choices"] = [{"index": 0, "finish_reason": "stop", "message": message}]
        return web.json_response(body, status=told["status"])

    application = web.Application()
    application.router.add_post("/v1/chat/completions", complete)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    told["url"] = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    yield told
    await runner.cleanup()


async def test_the_model_is_asked_once_where_there_is_one(environment, model):
    environment.setenv("DESKHAND_MODEL", "small")
    environment.setenv("OPENAI_BASE_URL", model["url"])
    assert (await checks())["model"].detail == "small answers"
    model["status"] = 401
    assert not (await checks())["model"].ok


async def test_the_command_speaks_json_and_exits_by_what_it_found(on_workspace):
    async def run(*arguments):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot.cli", "check", *arguments, cwd=REPOSITORY, stdout=-1, stderr=-1
        )
        out, err = await asyncio.wait_for(process.communicate(), 60)
        return process.returncode, out.decode(), err.decode()

    code, out, err = await run("--json")
    assert (code, err) == (0, "")
    answer = json.loads(out)
    assert answer["ok"] is True
    assert [set(check) for check in answer["checks"]] == [{"name", "ok", "detail"}] * len(NAMES)
    on_workspace.delenv("SLACK_APP_TOKEN")
    code, out, err = await run()
    assert (code, err) == (1, "")
    assert "Next: app token." in out
