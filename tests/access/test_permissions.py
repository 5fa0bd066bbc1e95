from typing import get_args

import pytest

from bot.access.permissions import PERMISSIONS, StaticAccess, allows, denial, least_role
from bot.protocols import Permission, Person, Role
from bot.settings import RolesSettings

GROUPS = RolesSettings().groups
MATRIX = """
                 viewer analyst approver operator admin
help             yes    yes     yes      yes      yes
read_published   yes    yes     yes      yes      yes
narrate          no     yes     yes      yes      yes
compare          no     yes     yes      yes      yes
draft            no     yes     yes      yes      yes
check_freshness  no     yes     yes      yes      yes
decide           no     no      yes      no       no
diagnose         no     no      no       yes      yes
act              no     no      no       yes      yes
digests          no     no      no       no       yes
prompts          no     no      no       no       yes
audit            no     no      no       no       yes
usage            no     no      no       no       yes
"""
HEAD, *ROWS = (line.split() for line in MATRIX.strip().splitlines())
CELLS = [(role, row[0], cell == "yes") for row in ROWS for role, cell in zip(HEAD, row[1:], strict=True)]


def test_the_matrix_covers_everything_there_is():
    assert {role for role, _, _ in CELLS} == set(get_args(Role)) == set(PERMISSIONS)
    assert {permission for _, permission, _ in CELLS} == set(get_args(Permission))


@pytest.mark.parametrize(("role", "permission", "allowed"), CELLS)
async def test_every_permission_against_every_role(role, permission, allowed):
    assert allows({"viewer", role}, permission) is allowed
    access = StaticAccess({"U1": [role]}, GROUPS)
    assert access.allows(await access.person("U1"), permission) is allowed
    assert access.allows(Person("U1", roles=frozenset()), permission) is False


async def test_who_was_not_given_a_role_is_a_viewer():
    access = StaticAccess({"U1": ["admin"]}, GROUPS)
    assert (await access.person("U2")).roles == {"viewer"}


@pytest.mark.parametrize("permission", get_args(Permission))
def test_a_refusal_names_the_group_to_be_in_and_whom_to_ask(permission):
    sentence = denial(permission, GROUPS)
    role = least_role(permission)
    handle = next((f"@{handle}" for handle, given in GROUPS.items() if given == role), "")
    assert handle in sentence
    assert "@deskhand-admins" in sentence
    assert sentence.endswith(".")


def test_a_refusal_without_groups_still_says_whom_to_ask():
    assert denial("decide", {}) == (
        "Deciding on drafts and narratives needs the approver role; ask whoever set Deskhand up to add you."
    )
