"""Why a model gave nothing usable. Whoever asked turns each of these into the answer that rules give."""


class ModelError(Exception):
    """The base of those below. The text is for the log; it never holds what the endpoint or a person said."""


class ModelUnavailable(ModelError):
    """No answer: not reached, timed out, overloaded, not allowed, or left alone for a while after failing."""


class ModelRefused(ModelError):
    """The model or its endpoint declined: a refusal or a content filter."""


class ModelInvalid(ModelError):
    """An answer that is cut off, is not JSON, or does not satisfy the schema."""


class ModelBlocked(ModelError):
    """A guardrail stopped the prompt or the answer; `stage` is its name."""

    def __init__(self, stage: str, reason: str) -> None:
        super().__init__(f"stopped by the guardrail {stage}: {reason}")
        self.stage = stage


class ModelOverBudget(ModelBlocked):
    """The person has spent what the settings allow in a day."""

    def __init__(self, reason: str) -> None:
        super().__init__("budget", reason)
