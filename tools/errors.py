"""The one exception whose message is written for the person who asked."""


class Problem(Exception):
    """Something a person can understand and act on.

    `str(problem)` is one clear sentence (or two) saying what is wrong and what to do. It is shown as it is: in
    Slack, over HTTP and on standard error. Anything else that is raised is a defect, shown as a correlation id.
    """


class NotFound(Problem):
    """What was named does not exist; the message says what exists instead."""


class BadInput(Problem):
    """A file, an argument or a text that cannot be used; nothing was stored or run."""


class Denied(Problem):
    """The person may not do this; the message says who may, or whom to ask."""


class Unavailable(Problem):
    """A system that is needed does not answer right now; trying later may help."""
