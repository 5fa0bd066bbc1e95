"""Takes secrets out of texts and JSON before they reach a log, an audit row or a prompt.

Known token shapes are recognised anywhere, and so is what looks drawn at random from letters of both cases and digits, as
tokens of any maker do; otherwise a value is a secret because of the name it stands under (`password=...`, `"api_key": ...`).
Hashes, ids and ISINs are of one case and stay. Every pattern is linear in the text's length.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"

MASK: Final = "[redacted]"

_SHAPES: Final = re.compile(
    r"""
      \bxox[a-z](?:\.xox[a-z])?-[A-Za-z0-9-]{4,}            # Slack bot, user, refresh, legacy
    | \bxapp-[A-Za-z0-9-]{4,}                               # Slack app level
    | https://hooks\.slack(?:-gov)?\.com/[A-Za-z0-9/_-]+    # a webhook's URL is its secret
    | \bsk-[A-Za-z0-9_-]{8,}                                # OpenAI, Anthropic and many that copy them
    | \b[sr]k_(?:live|test)_[A-Za-z0-9]{8,}                 # Stripe
    | \b(?:AKIA|ASIA)[A-Z0-9]{16}\b                         # AWS key id
    | \bgh[pousr]_[A-Za-z0-9]{16,}                          # GitHub
    | \bgithub_pat_[A-Za-z0-9_]{16,}
    | \bglpat-[A-Za-z0-9_-]{16,}                            # GitLab
    | \bAIza[A-Za-z0-9_-]{30,}                              # Google
    | \beyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)?  # JSON Web Token
    | \b(?:dapi|key-|dop_v1_|SK|shp(?:at|ca|pa|ss)_)[0-9a-f]{32,64}\b  # makers that write hexadecimal behind a prefix
    | -----BEGIN\ [A-Z ]{0,40}PRIVATE\ KEY-----[^-]*(?:-----END\ [A-Z ]{0,40}PRIVATE\ KEY-----)?
    """,
    re.VERBOSE,
)
_RANDOM: Final = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{20,4096}+={0,2}(?!\.[a-z]{2,5}\b)")
_RUNS: Final = re.compile(r"[a-z]+|[A-Z]+|[0-9]+")
_SCHEME: Final = re.compile(
    r"\b(bearer|basic)([ \t]+)(?=[A-Za-z._~+/=-]*(?:\d|(?-i:[a-z][A-Z])|=))[A-Za-z0-9._~+/=-]{6,}", re.IGNORECASE
)
_COMMAND: Final = re.compile(
    r"(\s(?:-u|--user|--password|-p)[ =]?[\w.@-]{0,64}:|\b(?:mysql\w{0,8}|mariadb|sshpass)\b[^\n]{0,100}? -p)(?!\[)[^\s:]{3,256}"
)
_TOLD: Final = re.compile(
    r"(\b(?:password|passphrase|passcode|pass|pwd|pw|pin|secret|api key|access key)(?: for [\w.-]{1,64})?(?: is| was|:)? {1,4})"
    r"(?=[^\s]*\d)(?=[^\s]*[A-Za-z!@#$%^&*?-])(?!\S*[\[(])[^\s,;]{6,256}",
    re.IGNORECASE,
)
_URL_PASSWORD: Final = re.compile(r"(://[^\s:/@]{0,256}:)[^\s/@]{1,512}@")
_NAME: Final = r"(?:password|passwd|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|account[_-]?key|private[_-]?key|credentials?)"
_NAMED: Final = re.compile(
    rf"({_NAME}[\"']?[ \t]{{0,4}}[=:][ \t]{{0,4}})(\"[^\"\n]*\"|'[^'\n]*'|[^\s,;&\"']+)", re.IGNORECASE
)
_SIGNATURE: Final = re.compile(r"(\b(?:sig|signature|code)=)[^\s,;&\"']{16,}", re.IGNORECASE)
_AUTHORIZATION: Final = re.compile(
    r"(\b(?:authorization[\"']?[ \t]{0,4}[=:]|cookie:)[ \t]{0,4})[^\s,;&][^\n,;&]*", re.IGNORECASE
)
_SECRET_KEY: Final = re.compile(
    r"(?:password|passwd|passphrase|pwd|secret|token|apikey|accesskey|privatekey|credentials?|authorization|cookie)$"
)


def redact(text: str) -> str:
    """The text with every recognised secret replaced by `[redacted]`; what stands around it is kept."""
    text = _RANDOM.sub(lambda found: MASK if _is_random(found[0]) else found[0], _SHAPES.sub(MASK, text))
    text = _URL_PASSWORD.sub(rf"\1{MASK}@", text)
    text = _SIGNATURE.sub(rf"\1{MASK}", text)
    text = _AUTHORIZATION.sub(rf"\1{MASK}", text)
    text = _SCHEME.sub(rf"\1\2{MASK}", text)
    text = _TOLD.sub(rf"\1{MASK}", _COMMAND.sub(rf"\1{MASK}", text))
    return _NAMED.sub(rf"\1{MASK}", text)


def redact_json(value: Json) -> Json:
    """The same for JSON: strings redacted, and whatever stands under a secret's name replaced whole."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, Mapping):
        return {
            redact(key): MASK if is_secret_name(key) and inner not in (None, "") else redact_json(inner)
            for key, inner in value.items()
        }
    if isinstance(value, Sequence):
        return [redact_json(inner) for inner in value]
    return value


def _is_random(token: str) -> bool:
    """Whether a piece of it changes between small letters, capitals and digits as often as chance does; names do not."""
    return any(_by_chance(piece) for piece in (token, *re.split(r"[_-]", token)))


def _by_chance(piece: str) -> bool:
    runs = _RUNS.findall(piece)
    letters = sum(map(len, runs))
    mixed = any(map(str.islower, runs)) and any(map(str.isupper, runs)) and sum(map(str.isdigit, runs)) > 1
    return mixed and letters >= 18 and len(runs) >= 0.42 * letters


def is_secret_name(name: str) -> bool:
    """Whether a key of this name holds a secret: `apiKey`, `SLACK_BOT_TOKEN`; not `max_tokens`."""
    return _SECRET_KEY.search(re.sub(r"[^a-z]", "", name.lower())) is not None
