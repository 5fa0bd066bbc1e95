"""What a reviewer's note asks of the writer by rules."""

import pytest

from tools.narrative.draft import DraftSection
from tools.narrative.notes import Wishes, arranged, done, wishes_of


@pytest.mark.parametrize(
    ("note", "wishes"),
    [
        ("Please write this in full detail", Wishes("detailed")),
        ("too long, keep it brief", Wishes("brief")),
        ("Shorter please.", Wishes("brief")),
        ("Lead with the drawdowns, and leave out the crises", Wishes(None, ("Drawdowns",), ("Market crises",))),
        ("add monthly returns", Wishes(None, ("Monthly returns",))),
        (
            "I miss the costs and the benchmark comparison",
            Wishes(None, ("Trades and costs", "Against the benchmark")),
        ),
        ("more detail; without the regimes", Wishes("detailed", (), ("Market regimes",))),
        ("The committee will not like the tone of this", Wishes()),
        ("", Wishes()),
        ("More on how it did in 2008", Wishes(None, ("Market crises",))),
        ("Drop the month table but add calendar years", Wishes(None, ("Calendar years",), ("Monthly returns",))),
    ],
)
def test_a_note_is_read_clause_by_clause(note, wishes):
    assert wishes_of(note) == wishes


def test_enough_is_written_for_what_is_asked():
    assert Wishes(first=("Monthly returns",)).level("standard") == "detailed"
    assert Wishes(first=("Drawdowns",)).level("brief") == "standard"
    assert Wishes(first=("Drawdowns",)).level("detailed") == "detailed"
    assert Wishes("brief", ("Drawdowns",)).level("standard") == "brief"


def test_sections_move_and_go_and_the_summary_stays():
    sections = [DraftSection(title, ("x",)) for title in ("Executive summary", "Returns", "Risk", "Drawdowns")]
    wishes = Wishes(None, ("Drawdowns", "Risk"), ("Returns", "Executive summary"))
    assert [each.title for each in arranged(sections, wishes)] == ["Executive summary", "Drawdowns", "Risk"]
    assert arranged([], wishes) == ()


def test_what_was_done_is_said():
    assert done(wishes_of("in detail; drawdowns first; no need for crises"), "standard") == (
        "in full detail; Drawdowns first; without Market crises"
    )
    assert done(wishes_of("in detail"), "detailed") == ""
    assert not Wishes().understood
