import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.redact import MASK, is_secret_name, redact, redact_json

SECRETS = [
    "xoxb-" + "123456789012-123456789012-abcdefABCDEF",
    "xoxp-" + "1-2-3-abc",
    "xoxe.xoxp-" + "1-Mi0yLTMt",
    "xapp-" + "1-A012-345-abcdef",
    "https://hooks.slack.com/services/" + "T000/B000/XXXX",
    "sk-" + "proj-abcDEF123_456-789",
    "sk-ant-" + "api03-abcdef",
    "sk_live_" + "abcdefgh1234",
    "AKIA" + "ABCDEFGHIJKLMNOP",
    "ghp_" + "abcdefghijklmnopqrst",
    "github_pat_" + "11ABCDEFG0123456789",
    "glpat-" + "abcdefghijklmnopqrst",
    "AIza" + "SyA1234567890abcdefghijklmnopqrstuv",
    "eyJhbGciOi" + "JIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIabc+/=\n-----END RSA PRIVATE KEY-----",
]


@pytest.mark.parametrize("secret", SECRETS)
def test_known_shapes_are_found_wherever_they_stand(secret):
    assert redact(secret) == MASK
    assert redact(f"use {secret}, please") == f"use {MASK}, please"
    assert redact(f"<{secret}>") == f"<{MASK}>"
    assert redact_json({"text": [secret]}) == {"text": [MASK]}


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Authorization: Bearer abc.def-123", f"Authorization: {MASK}"),
        ("curl -H 'authorization: Basic dXNlcjpwYXNz'", f"curl -H 'authorization: {MASK}"),
        ("bearer abcdef123456", f"bearer {MASK}"),
        ("postgresql://desk:p4ss@db/desk", f"postgresql://desk:{MASK}@db/desk"),
        ("redis://:p4ss@cache:6379/0", f"redis://:{MASK}@cache:6379/0"),
        ("password=hunter2&x=1", f"password={MASK}&x=1"),
        ("my password: hunter2, ok", f"my password: {MASK}, ok"),
        ("aws_secret_access_key = abc/def+g", f"aws_secret_access_key = {MASK}"),
        ('{"api_key": "abc def"}', f'{{"api_key": {MASK}}}'),
        ("GET /x?token=abc123&page=1", f"GET /x?token={MASK}&page=1"),
        ("my password is Correct-Horse-9, ok", f"my password is {MASK}, ok"),
        ("curl -u desk:tr0ub4dor https://host/", f"curl -u desk:{MASK} https://host/"),
        ("AccountName=desk;AccountKey=abc/def+1==;x=1", f"AccountName=desk;AccountKey={MASK};x=1"),
        ("GET /x?sig=" + "q1W2e3R4t5Y6u7I8o9" + "&page=1", f"GET /x?sig={MASK}&page=1"),
        ("Cookie: session=abc; theme=dark", f"Cookie: {MASK}; theme=dark"),
    ],
)
def test_named_secrets_are_found_and_the_rest_is_kept(text, kept):
    assert redact(text) == kept


@pytest.mark.parametrize(
    "text",
    [
        "how did the golden cross do?",
        "used 1,500 tokens: 1200 in, 300 out",
        "max_tokens=4096",
        "the secret is patience",
        "at 10:30 see https://example.com/a@b",
        "risk-off, ask-bid spread, desk-1",
        "Sharpe 1.2 (bearer bond)",
        "basic materials and bearer shares fell",
        "the password policy is strict, the signature strategy is not",
        "file MeanReversion_V2_2024Q1_Final.csv of RsiMeanReversionStrategyV3BacktestRunner",
        "run golden-cross-50-200-on-the-s-p-500-spy-7f57, option -p 8080, sig=5% level",
    ],
)
def test_ordinary_text_is_left_alone(text):
    assert redact(text) == text


ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def drawn(seed: int, letters: str, length: int) -> str:
    draw = random.Random(seed)
    return "".join(draw.choice(letters) for _ in range(length))


def test_tokens_of_any_maker_are_found_by_how_they_look():
    tokens = [drawn(seed, ALPHABET, 24 + seed % 40) for seed in range(400)]
    found = sum(token not in redact(f"use maker_{token} for it") for token in tokens)
    assert found / len(tokens) > 0.97


@pytest.mark.parametrize("letters", ["0123456789abcdef", "0123456789ABCDEF", "0123456789ABCDEFGHJKMNPQRSTVWXYZ"])
def test_hashes_and_ids_are_of_one_case_and_stay(letters):
    for seed in range(200):
        told = f"run {drawn(seed, letters, 20 + seed % 45)} is done"
        assert redact(told) == told


def test_json_under_a_secret_s_name_is_replaced_whole():
    value = {"apiKey": {"deep": 1}, "SLACK_BOT_TOKEN": "x", "max_tokens": 5, "password": "", "a": [{"cookie": "c"}]}
    kept = {"apiKey": MASK, "SLACK_BOT_TOKEN": MASK, "max_tokens": 5, "password": "", "a": [{"cookie": MASK}]}
    assert redact_json(value) == kept


@pytest.mark.parametrize(("name", "secret"), [("accessToken", True), ("tokens", False), ("x-api-key", True)])
def test_names(name, secret):
    assert is_secret_name(name) is secret


@given(st.text())
def test_any_text_survives_and_a_second_time_changes_nothing(text):
    assert redact(redact(text)) == redact(text)


@pytest.mark.parametrize(
    "piece", ["password", "a:", "://", "-----BEGIN ", "eyJ.", "token= ", "bearer ", "xoxb-", " "]
)
def test_long_hostile_text_takes_no_time(piece):
    started = time.perf_counter()
    redact(piece * (200_000 // len(piece)))
    assert time.perf_counter() - started < 2.0
