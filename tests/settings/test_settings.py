import pytest
from pydantic import SecretStr

from bot.diagnostics import configs
from bot.settings import Settings, load_settings, reference, required_for_run
from tools.diagnostics.registry import KINDS, Registry
from tools.errors import BadInput, Problem

BOT, APP = "xoxb-" + "1-2-test", "xapp-" + "1-A-test"


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch, tmp_path):
    for setting in reference():
        if setting.variable:
            monkeypatch.delenv(setting.variable, raising=False)
    monkeypatch.delenv("DESKHAND_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def write(tmp_path):
    return lambda text: (tmp_path / "deskhand.toml").write_text(text)


def problem() -> str:
    with pytest.raises(Problem) as caught:
        load_settings()
    return str(caught.value)


def test_nothing_set_is_fine_for_the_embedded_desk(monkeypatch):
    monkeypatch.setenv("HOME", "/home/somebody")
    monkeypatch.setenv("MODEL", "not ours")
    monkeypatch.setenv("ROLES", "not ours")
    settings = load_settings()
    assert str(settings.home) == "/home/somebody/.deskhand"
    assert settings.resolved_database_url == "sqlite+aiosqlite:////home/somebody/.deskhand/deskhand.db"
    assert settings.model is None
    assert settings.roles.groups["trading-ops"] == "operator"


def test_environment_over_file_over_default(monkeypatch, write):
    write('model = "from the file"\nhome = "/from/file"\n[http]\nlisten = "127.0.0.1:1"\n')
    monkeypatch.setenv("DESKHAND_MODEL", "  from the environment\n")
    monkeypatch.setenv("DESKHAND_HOME", "")  # as compose files leave it
    settings = load_settings()
    assert settings.model == "from the environment"
    assert str(settings.home) == "/from/file"
    assert settings.http_address == ("127.0.0.1", 1)
    assert Settings(home="/given").home.as_posix() == "/given"


def test_everything_wrong_is_named_at_once_with_purpose_and_example(monkeypatch, write):
    write('modle = "x"\n[approvals]\nrequired = 9\nrequierd = 1\n[roles]\ngroups = {"quants" = "boss"}\n')
    message = problem()
    assert "modle in the settings file is not a setting; did you mean model?" in message
    write('[approvals]\nrequired = 9\nrequierd = 1\n[roles]\ngroups = {"quants" = "boss"}\n')
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_API_URL", "DESKHAND_HTTP", "DESKHAND_DATABASE_URL"):
        monkeypatch.setenv(name, "swordfish")
    lines = problem().splitlines()
    assert lines[0] == "settings to be put right:"
    assert len(lines) == 9
    assert any(line.startswith("  SLACK_BOT_TOKEN must start with xoxb-") for line in lines)
    assert any("connections:write" in line and "xapp-" in line for line in lines)
    assert any(line.startswith("  approvals.required is not right") for line in lines)
    assert any("approvals.requierd" in line and "did you mean required?" in line for line in lines)
    assert any(line.startswith("  roles.groups.quants is not right") and "approver" in line for line in lines)
    assert "swordfish" not in "".join(lines)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("DESKHAND_HTTP", "8080"),
        ("DESKHAND_HTTP", "host:70000"),
        ("SLACK_API_URL", "slack.com/api"),
        ("OPENAI_BASE_URL", "ftp://x"),
        ("DESKHAND_DATABASE_URL", "mysql://x"),
        ("DESKHAND_AUDIT_KEY", "short"),
        ("DESKHAND_LOG_LEVEL", "loud"),
        ("DESKHAND_DRAIN_SECONDS", "soon"),
    ],
)
def test_one_wrong_value_is_one_line(monkeypatch, variable, value):
    monkeypatch.setenv(variable, value)
    message = problem()
    assert message.startswith(f"{variable} ")
    assert "for example" in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("sqlite:////tmp/a.db", "sqlite+aiosqlite:////tmp/a.db"),
        ("postgres://u:p@h/d", "postgresql+asyncpg://u:p@h/d"),
        ("postgresql://h/d", "postgresql+asyncpg://h/d"),
        ("postgresql+asyncpg://h/d", "postgresql+asyncpg://h/d"),
    ],
)
def test_database_urls_as_people_write_them(monkeypatch, given, used):
    monkeypatch.setenv("DESKHAND_DATABASE_URL", given)
    assert load_settings().resolved_database_url == used


def test_the_api_url_ends_in_a_slash_and_ipv6_is_understood(monkeypatch):
    monkeypatch.setenv("SLACK_API_URL", "http://127.0.0.1:3900/api")
    monkeypatch.setenv("DESKHAND_HTTP", "[::1]:0")
    settings = load_settings()
    assert settings.slack_api_url == "http://127.0.0.1:3900/api/"
    assert settings.http_address == ("::1", 0)


CONNECTIONS = """
[[connections]]
name = "quotes"
kind = "redis"
url = "env:QUOTES_URL"
max_age = 60
headers = {Authorization = "env:QUOTES_TOKEN"}

[[connections]]
name = "this machine"
kind = "host"

[[http.tokens]]
name = "ci"
token = "env:CI_TOKEN"
roles = ["analyst", "approver"]
"""


def test_connections_and_tokens_read_secrets_from_the_environment(monkeypatch, write):
    write(CONNECTIONS)
    message = problem()
    assert "connections[1].url is read from the environment variable QUOTES_URL, which is not set" in message
    assert "http.tokens[1].token" in message
    monkeypatch.setenv("QUOTES_URL", "redis://:hunter2@quotes:6379/0")
    monkeypatch.setenv("QUOTES_TOKEN", "hunter3")
    monkeypatch.setenv("CI_TOKEN", "hunter4-hunter4-hunter4")
    settings = load_settings()
    quotes, machine = settings.connections
    assert quotes.url == SecretStr("redis://:hunter2@quotes:6379/0")
    assert quotes.options == {"max_age": 60, "headers": {"Authorization": "hunter3"}}
    assert machine.url is None
    assert settings.http_tokens[0].roles == {"analyst", "approver"}
    assert "hunter" not in repr(settings)
    assert "hunter" not in str(settings.connections)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ('name = "a"\nurl = "redis://h"', "connections[1].kind is missing"),
        ('name = "a"\nkind = "redsi"\nurl = "redis://h"', "connections[1].kind is not right"),
        ('name = "a"\nkind = "redis"\nurl = "http://h"', "must start with redis://"),
        ('name = "a"\nkind = "duckdb"', "url is missing"),
        ('name = ""\nkind = "host"', "connections[1].name is not right"),
        ('name = "a"\nkind = "host"\n[[connections]]\nname = "A"\nkind = "host"', "used twice"),
    ],
)
def test_connections_that_cannot_be_used_are_named(write, table, words):
    write(f"[[connections]]\n{table}\n")
    assert words in problem()


def test_a_file_that_is_not_there_or_not_toml(monkeypatch, write):
    write("model = ")
    assert "not TOML" in problem()
    monkeypatch.setenv("DESKHAND_CONFIG", "elsewhere.toml")
    assert problem() == "DESKHAND_CONFIG names the file elsewhere.toml, which does not exist."


@pytest.mark.parametrize("content", ['http = "127.0.0.1:1"', "connections = 3", "roles = 3", '[http]\nlissen = "x"'])
def test_wrong_shapes_are_problems_too(write, content):
    write(content)
    assert problem()


def test_run_needs_two_tokens():
    with pytest.raises(BadInput) as caught:
        required_for_run(Settings())
    assert "SLACK_BOT_TOKEN is not set" in str(caught.value)
    assert "SLACK_APP_TOKEN is not set" in str(caught.value)
    assert "deskhand check" in str(caught.value)
    settings = Settings(slack_bot_token=BOT, slack_app_token=APP)
    required_for_run(settings)
    assert BOT not in repr(settings)
    required_for_run(Settings(slack_bot_token=BOT, slack_signing_secret="8f742231b10e"))  # events over HTTP


def test_every_setting_says_what_it_is_for():
    for setting in reference():
        assert setting.purpose, setting.key
        assert setting.example, setting.key


@pytest.mark.parametrize("kind", KINDS)
def test_the_keys_of_connections_are_settings_too(write, kind):
    further = [setting for setting in reference() if setting.key.startswith(f"connections ({kind})")]
    assert len(further) > 2
    url = {"duckdb": "/p.duckdb", "postgres": "postgresql://h/d", "redis": "redis://h"}.get(kind, "http://h")
    where = "" if kind == "host" else f'url = "{url}"\n'
    examples = "\n".join(setting.example.replace("env:", "") for setting in further if "ca_file" not in setting.key)
    write(f'[[connections]]\nname = "a"\nkind = "{kind}"\n{where}{examples}\n')
    assert Registry.open(configs(load_settings())).connections["a"].kind == kind
