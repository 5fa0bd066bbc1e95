"""The rules of a decision, over every order of clicks that people could make."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.approvals.rules import CLOSES, Click, judge
from bot.protocols import Approval, Person, Subject, Vote

HASH = "a" * 64


def approval(required=1, **more):
    return Approval(
        "id", Subject("draft", "d", 1, HASH, "Draft", Person("ana")), "pending", required, 0.0, 100.0, **more
    )


def click(person="paul", verdict="approve", may=True, looked_at=HASH, now=HASH, at=1.0):
    return Click(person, verdict, may, looked_at, now, at)


def test_each_reason_by_itself():
    assert judge(approval(), click()).result == "decided"
    assert judge(approval(), click("ana")).result == "own"
    assert judge(approval(), click("ana", "discard", may=False)).state == "discarded"
    assert judge(approval(), click(may=False)).result == "denied"
    assert judge(approval(), click(looked_at="b")).result == "changed"
    assert judge(approval(), click(now="b")).result == "changed"
    assert judge(approval(), click(verdict="send_back", now="b")).state == "sent_back"
    assert judge(approval(), click(verdict="send_back", looked_at="b")).result == "changed"
    assert judge(approval(), click(at=100.0)) == judge(approval(), click("ana", at=100.0))
    assert judge(approval(), click(at=100.0)).state == "expired"
    two = approval(2, votes=(Vote("paul", "", "approve", 0.5),))
    assert judge(two, click()).result == "twice"
    assert judge(two, click("mia")).state == "approved"
    assert judge(two, click(verdict="send_back")).state == "sent_back"


@given(
    st.integers(1, 3),
    st.lists(
        st.tuples(
            st.sampled_from(["ana", "paul", "mia", "gina", "zoe"]),
            st.sampled_from(list(CLOSES)),
            st.sampled_from([HASH, HASH, HASH, "b"]),
        ),
        max_size=12,
    ),
)
@settings(max_examples=150, deadline=None)
def test_whatever_the_order_of_clicks(required, clicks):
    current = approval(required)
    took_effect = []
    for who, verdict, looked in clicks:
        before = current
        judgement = judge(current, click(who, verdict, may=who != "gina", looked_at=looked))
        if judgement.result in ("decided", "counted"):
            vote = Vote(who, who, verdict, 1.0)
            current = Approval("id", current.subject, judgement.state, required, 0.0, 100.0, (*current.votes, vote))
            took_effect.append((who, verdict))
        else:
            assert judgement.state == before.state
    assert ("ana", "approve") not in took_effect
    assert not [verdict for who, verdict in took_effect if who == "gina"]
    assert len(set(took_effect)) == len(took_effect)
    if current.state == "approved":
        assert current.approvals == required
        assert took_effect[-1][1] == "approve"
    elif current.state != "pending":
        assert CLOSES[took_effect[-1][1]] == current.state
    else:
        assert current.approvals < required
