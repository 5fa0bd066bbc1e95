"""Where redaction was; it lives in `tools.redact`, since tools redact what they give back too."""

from tools.redact import MASK, is_secret_name, redact, redact_json

__all__ = ["MASK", "is_secret_name", "redact", "redact_json"]
