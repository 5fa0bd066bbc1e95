"""How a question is asked decides the word that opens its answer, and whether trouble elsewhere belongs to it."""

import pytest

from tools.diagnostics.question_forms import complains, opening


@pytest.mark.parametrize(
    ("text", "healthy", "broken"),
    [
        ("Is the cache healthy?", "Yes", "No"),
        ("hey, is quotes-api up and how slow is it", "Yes", "No"),
        ("did the pipeline finish, and why not", "Yes", "No"),
        ("is the db out of connections or slow", "No", ""),
        ("any weird data?", "No", ""),
        ("is the feed not working", "No", ""),
        ("isn't it down again", "", ""),
        ("how fresh is the data", "", ""),
        ("what alerts fire", "", ""),
        ("why is it slow", "", ""),
        ("is QQQ in there", "Yes", "No"),
        ("is SPY", "", ""),
    ],
)
def test_yes_and_no_answer_what_was_asked(text: str, healthy: str, broken: str) -> None:
    assert (opening(text, "healthy"), opening(text, "broken")) == (healthy, broken)


def test_what_is_only_half_well_is_neither() -> None:
    assert opening("is the api up?", "degraded") == "Not quite"
    assert opening("is the api up?", "unknown") == ""


@pytest.mark.parametrize(
    ("text", "says_so"),
    [
        ("nothing gets booked", True),
        ("FATAL: remaining connection slots are reserved", True),
        ("why is the data stale", True),
        ("is the data stale", False),
        ("ok so how is redis", False),
        ("status", False),
    ],
)
def test_a_statement_says_that_something_is_wrong(text: str, says_so: bool) -> None:
    assert complains(text) is says_so
