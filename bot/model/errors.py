"""Why a model gave nothing usable. Whoever asked turns each of these into the answer that rules give."""


class ModelError(Exception):
    """The base of the three below. The text is for the log; it never holds what the endpoint or a person said."""


class ModelUnavailable(ModelError):
    """No answer: not reached, timed out, overloaded, not allowed, or left alone for a while after failing."""


class ModelRefused(ModelError):
    """The model or its endpoint declined: a refusal or a content filter."""


class ModelInvalid(ModelError):
    """An answer that is cut off, is not JSON, or does not satisfy the schema."""
