import asyncio
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from bot.audit.log import ChainedAudit
from bot.storage.tables import audit


async def roles(access, user):
    return (await access.person(user)).roles - {"viewer"}


def delta(group="S1", *, added=None, removed=None, before=100, date=200, **more):
    event = {"type": "subteam_members_changed", "subteam_id": group, "date_update": date}
    if before is not None:
        event["date_previous_update"] = before
    if added is not None:
        event |= {"added_users": added, "added_users_count": len(added)}
    if removed is not None:
        event |= {"removed_users": removed, "removed_users_count": len(removed)}
    return event | more


async def test_roles_come_from_groups_by_handle_and_only_from_those(database, make_access, slack):
    access = make_access(database)
    assert await roles(access, "UANA") == {"analyst"}
    assert await roles(access, "UPM") == {"analyst", "approver"}
    assert await roles(access, "UOPS") == {"operator"}
    assert await roles(access, "UGUEST") == set()
    person = await access.person("UANA")
    assert (person.name, person.time_zone) == ("Name of UANA", "Europe/Paris")
    assert slack.listed() == 1


async def test_handles_are_compared_without_at_and_case(sqlite_database, make_access, slack):
    slack.group("S1", "Quants", "UANA")
    access = make_access(sqlite_database, groups={"@quantS": "analyst"})
    assert await roles(access, "UANA") == {"analyst"}


async def test_fifty_people_at_once_ask_slack_once(sqlite_database, make_access, slack):
    access = make_access(sqlite_database)
    await asyncio.gather(*(access.person("UANA") for _ in range(50)))
    assert sorted(slack.calls) == ["auth.test", "usergroups.list", "users.info"]


async def test_removal_and_addition_take_effect_with_the_event(database, make_access, slack):
    access = make_access(database)
    await access.person("UANA")
    await access.on_event(delta(removed=["UANA"], added=["UGUEST"]))
    assert await roles(access, "UANA") == set()
    assert await roles(access, "UGUEST") == {"analyst"}
    assert slack.listed() == 1  # the delta followed on what was known: nothing to ask


async def test_another_replica_sees_the_removal_at_once(database, make_access, slack):
    one, other = make_access(database), make_access(database)
    assert await roles(one, "UANA") == await roles(other, "UANA") == {"analyst"}
    await one.on_event(delta(removed=["UANA"], added=[]))
    assert await roles(other, "UANA") == set()


@pytest.mark.parametrize(
    "event",
    [
        delta(removed=["UANA"], added=[], before=50),  # something was missed
        delta(removed=["UANA"], added=[], before=None),
        delta(removed=["UANA"]),  # the other list is absent
        delta(removed=None, added=None),  # both are
        delta(removed=[], added=[], removed_users_count=1),  # cut
        delta("S9", removed=["UANA"], added=[]),  # a group never seen
        {"type": "subteam_self_removed", "subteam_id": "S1"},
        {"type": "subteam_updated", "subteam": {"id": "S1", "handle": "quant-analysts", "date_update": 200}},
        {"type": "subteam_updated", "subteam": None},
        {"type": "subteam_members_changed"},
        {"type": "something new"},
    ],
)
async def test_on_any_doubt_the_whole_group_is_asked_for_again(sqlite_database, make_access, slack, event):
    access = make_access(sqlite_database)
    await access.person("UANA")
    slack.group("S1", "quant-analysts", "UPM", date=200)
    await access.on_event(event)
    assert await roles(access, "UANA") == set()
    assert await roles(access, "UPM") == {"analyst", "approver"}
    assert slack.listed() == 2


async def test_a_doubtful_group_counts_as_empty_while_slack_is_away_and_says_so(database, make_access, slack, clock):
    access = make_access(database)
    await access.person("UANA")
    slack.failures["usergroups.list"] = "internal_error"
    await access.on_event(delta(added=["UGUEST"], before=1))
    person = await access.person("UPM")
    assert person.roles == {"viewer", "approver"}  # the other group is not in doubt
    person = await access.person("UANA")
    assert person.roles == {"viewer"}
    sentence = access.denial(person, "narrate")
    assert "@quant-analysts" in sentence
    assert "internal_error" in sentence
    del slack.failures["usergroups.list"]
    clock.now += 6
    assert await roles(access, "UANA") == {"analyst"}
    assert "internal_error" not in access.denial(await access.person("UGUEST"), "narrate")


def updated(*users, **more):
    subteam = {"id": "S1", "handle": "quant-analysts", "users": list(users), "user_count": len(users)}
    return {"type": "subteam_updated", "subteam": {**subteam, "date_update": 200, "date_delete": 0, **more}}


async def test_an_update_that_is_whole_replaces_the_members(sqlite_database, make_access, slack):
    access = make_access(sqlite_database)
    await access.person("UANA")
    await access.on_event(updated("UGUEST", user_count="1"))
    assert (await roles(access, "UANA"), await roles(access, "UGUEST")) == (set(), {"analyst"})
    assert slack.listed() == 1


async def test_a_disabled_group_has_no_members(sqlite_database, make_access, slack):
    access = make_access(sqlite_database)
    await access.person("UANA")
    await access.on_event(updated("UANA", date_delete=200))
    assert await roles(access, "UANA") == set()
    slack.group("S1", "quant-analysts", "UANA", date_delete=200)
    slack.group("S8", "quant-analysts", "UGUEST")
    await access.on_event({"type": "subteam_self_added", "subteam_id": "S8"})
    assert (await roles(access, "UANA"), await roles(access, "UGUEST")) == (set(), {"analyst"})


async def test_a_renamed_group_gives_no_role_any_more(sqlite_database, make_access, slack):
    access = make_access(sqlite_database)
    await access.person("UANA")
    await access.on_event(updated("UANA", "UPM", handle="former-analysts"))
    assert await roles(access, "UANA") == set()


async def test_a_list_cut_at_500_is_not_believed(sqlite_database, make_access, slack):
    many = [f"U{n:05}" for n in range(500)]
    slack.group("S1", "quant-analysts", *many, "UANA", date=200)
    slack.users["UANA"]["tz"] = None
    access = make_access(sqlite_database)
    assert await roles(access, "UANA") == {"analyst"}
    await access.on_event(updated(*many, date_update=300))
    assert await roles(access, "UANA") == {"analyst"}
    assert slack.listed() == 2


async def test_a_created_group_counts_at_once(sqlite_database, make_access, slack):
    access = make_access(sqlite_database)
    await access.person("UANA")
    event = updated("UGUEST", id="S7", handle="deskhand-admins")
    await access.on_event({**event, "type": "subteam_created"})
    assert await roles(access, "UGUEST") == {"admin"}


async def test_a_fetch_that_an_event_overtook_is_thrown_away(database, make_access, slack):
    access = make_access(database)
    slack.gate = asyncio.Event()
    asking = asyncio.create_task(access.person("UANA"))
    await slack.entered.wait()  # Slack has answered in its mind: UANA is a member
    slack.group("S1", "quant-analysts", "UPM", date=200)
    await access.on_event(delta(removed=["UANA"], added=[]))
    slack.gate.set()
    assert (await asking).roles == {"viewer"}
    assert slack.listed() == 2


async def test_slack_away_keeps_the_last_word_for_five_minutes_and_no_longer(database, make_access, slack, clock):
    access = make_access(database)
    await access.person("UANA")
    slack.failures["usergroups.list"] = "internal_error"
    clock.now += 299
    assert await roles(access, "UANA") == {"analyst"}
    clock.now += 2
    assert await roles(access, "UANA") == set()
    clock.now -= 1_000  # a clock set back does not make it young again
    assert await roles(access, "UANA") == set()


async def test_after_a_failure_slack_is_left_alone_for_as_long_as_it_asks(sqlite_database, make_access, slack, clock):
    access = make_access(sqlite_database)
    slack.failures["usergroups.list"] = (429, {"Retry-After": "30"})
    assert await roles(access, "UANA") == set()
    clock.now += 29
    await access.person("UANA")
    assert slack.listed() == 1
    del slack.failures["usergroups.list"]
    clock.now += 2
    assert await roles(access, "UANA") == {"analyst"}


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("plan_upgrade_required", "plan has no user groups"),
        ("missing_scope", "usergroups:read"),
        ("unknown_method", "SLACK_API_URL"),
        ("token_revoked", "deskhand check"),
        ("internal_error", "in a minute"),
    ],
)
async def test_the_reason_is_put_in_words(sqlite_database, make_access, slack, code, words):
    access = make_access(sqlite_database)
    slack.failures["usergroups.list"] = code
    person = await access.person("UANA")
    assert person.roles == {"viewer"}
    assert words in access.denial(person, "narrate")


async def test_a_server_that_does_not_answer_leaves_a_viewer(sqlite_database, make_access, slack, clock):
    access = make_access(sqlite_database)
    await access.person("UANA")
    slack.failures["usergroups.list"] = (503, {})
    slack.users.clear()
    clock.now += 400
    assert await roles(access, "UANA") == set()


async def test_a_list_without_members_is_completed_group_by_group(sqlite_database, make_access, slack):
    slack.with_users = False
    access = make_access(sqlite_database)
    assert await roles(access, "UPM") == {"analyst", "approver"}
    assert slack.calls.count("usergroups.users.list") == 3  # not for groups that give no role


@pytest.mark.parametrize(
    "about",
    [
        {"deleted": True},
        {"is_bot": True},
        {"is_stranger": True},
        {"team_id": "T2"},
    ],
)
async def test_only_people_of_the_own_workspace_get_roles(sqlite_database, make_access, slack, about):
    slack.user("UANA", **about)
    access = make_access(sqlite_database)
    person = await access.person("UANA")
    assert person.roles == {"viewer"}
    assert "I could not confirm yours" in access.denial(person, "narrate")


async def test_a_grid_member_of_this_workspace_gets_roles(sqlite_database, make_access, slack):
    slack.user("UANA", team_id="E1", enterprise_user={"teams": ["T9", "T1"]})
    assert await roles(make_access(sqlite_database), "UANA") == {"analyst"}


@pytest.mark.parametrize("failure", ["missing_scope", "internal_error", (500, {}), "plain text"])
async def test_without_a_profile_a_viewer(sqlite_database, make_access, slack, failure):
    slack.failures["users.info"] = failure
    access = make_access(sqlite_database)
    person = await access.person("UANA")
    assert person.roles == {"viewer"}
    assert "could not confirm" in access.denial(person, "narrate")
    assert await roles(access, "UNOBODY") == set()


async def test_the_static_fallback_asks_for_no_groups(sqlite_database, make_access, slack):
    listed = {"static": {"admin": ["UANA"]}}
    assert await roles(make_access(sqlite_database, **listed), "UANA") == {"analyst"}
    access = make_access(sqlite_database, **listed, use_static=True)
    asked = slack.listed()
    assert await roles(access, "UANA") == {"admin"}
    assert slack.listed() == asked


async def test_changes_of_roles_are_audited_with_the_state(database, make_access, slack):
    access = make_access(database)
    await access.person("UANA")
    await access.on_event(delta(removed=["UANA"], added=["UGUEST"]))
    async with database.read() as connection:
        entries = [json.loads(row) for row in await connection.scalars(select(audit.c.entry).order_by(audit.c.seq))]
    assert [entry["arguments"]["group"] for entry in entries[:3]] == [
        "quant-analysts",
        "strategy-approvers",
        "trading-ops",
    ]
    assert entries[-1]["arguments"] == {"group": "quant-analysts", "added": ["UGUEST"], "removed": ["UANA"]}
    assert (await ChainedAudit(database).verify()).ok


events = st.one_of(
    st.builds(
        delta,
        st.sampled_from(["S1", "S3"]),
        added=st.none() | st.lists(st.sampled_from(["UGUEST", "UPM"])),
        removed=st.none() | st.lists(st.sampled_from(["UANA", "UOPS"])),
        before=st.sampled_from([None, 100, 200, 300]),
        date=st.sampled_from([100, 200, 300]),
    ),
    st.builds(updated, date_update=st.sampled_from([50, 200, 300]), user_count=st.sampled_from([0, 2, None])),
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(late=st.lists(events, max_size=4))
async def test_whoever_slack_removed_stays_out_whatever_old_events_say(sqlite_database, make_access, slack, late):
    """The removal arrives among late, doubled and cut events about others: it holds, and nobody else is let in."""
    slack.group("S1", "quant-analysts", "UANA", "UPM")
    access = make_access(sqlite_database)
    await access.on_event({"type": "unknown"})
    await access.person("UANA")
    slack.group("S1", "quant-analysts", "UPM", date=400)
    for event in [*late, delta(removed=["UANA"], before=None, date=400)]:
        await access.on_event(event)
    assert await roles(access, "UANA") == set()
    assert await roles(access, "UPM") == {"analyst", "approver"}
