from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app.identity.errors.homes import (
    AreaNoDwelling,
    ResidencyNotConfirmed,
    ResidencyNotWaiting,
    ResidencyOwn,
    RoomWrong,
)
from app.identity.rules import admitting, homes
from app.identity.rules.access import Access
from app.identity.rules.admitting import Held, Standing
from app.identity.terms import Channel
from app.kernel.actor import Role
from app.places.terms import AreaKind

NOW = datetime.now(UTC)


@pytest.mark.parametrize(
    ("written", "room"),
    [
        ("501", "501"),
        ("0501室", "501"),
        (" 5 01 房", "501"),
        ("a2", "A2"),
        ("甲", "甲"),
        ("0", "0"),
        ("1-501号", "1-501"),
    ],
)
def test_a_room_has_one_spelling(written, room):
    assert homes.room_of(written) == room


@pytest.mark.parametrize("written", ["", " ", "室", "--", "1" * 21])
def test_what_names_no_room_is_refused(written):
    with pytest.raises(RoomWrong):
        homes.room_of(written)


@pytest.mark.parametrize("kind", list(AreaKind))
def test_rooms_are_in_buildings_and_where_there_are_none(kind):
    if kind in {AreaKind.GRID, AreaKind.STREET, AreaKind.DISTRICT}:
        with pytest.raises(AreaNoDwelling):
            homes.check_dwelling(kind)
    else:
        homes.check_dwelling(kind)


def test_nobody_decides_on_his_own_people_and_each_claim_is_decided_once():
    homes.check_decision("claimed", is_kin=False)
    homes.check_ending("confirmed", is_kin=False)
    for check, state in ((homes.check_decision, "claimed"), (homes.check_ending, "confirmed")):
        with pytest.raises(ResidencyOwn):
            check(state, is_kin=True)
    for state in ("confirmed", "refused", "ended"):
        with pytest.raises(ResidencyNotWaiting):
            homes.check_decision(state, is_kin=False)
    for state in ("claimed", "refused", "ended"):
        with pytest.raises(ResidencyNotConfirmed):
            homes.check_ending(state, is_kin=False)


def admitted(*held, book="meilihua", resident_id=None, frozen=False, wanted=frozenset(Role)):
    standing = Standing(
        person_id=UUID(int=1),
        name="x",
        channel=Channel.DESK,
        expires_at=NOW + timedelta(hours=1),
        ended=False,
        closed=False,
        frozen=frozen,
        cools_until=None,
        resident_id=resident_id,
        held=held,
    )
    access = Access(UUID(int=1), UUID(int=2), Channel.DESK)
    return admitting.admit(access, standing, book=book, wanted=wanted, now=NOW)


@pytest.mark.parametrize("role", sorted(frozenset(Role) - {Role.SYSTEM, Role.PERSON, Role.RESIDENT, Role.DISTRICT}))
def test_of_roles_for_a_part_of_a_community_only_the_grid_workers_counts_in_its_book(role):
    area = UUID(int=7)
    whole, part = (admitted(Held(role, area, None, below=below)) for below in (False, True))
    assert role in whole.roles
    assert (role in part.roles) is (role is Role.GRID_WORKER)
    assert part.areas == ({area} if role is Role.GRID_WORKER else set())
    assert part.book == ("meilihua" if role is Role.GRID_WORKER else None)


def test_staff_who_live_there_act_under_one_id_before_and_after():
    """Two people are needed for what makes value; a confirmation must not make two of one."""
    held = Held(Role.TREASURER, UUID(int=7), None)
    ids = {admitted(held, resident_id=owner, wanted={Role.TREASURER}).id for owner in (None, UUID(int=9))}
    assert ids == {UUID(int=1)}
    assert admitted(held, resident_id=UUID(int=9), wanted={Role.TREASURER, Role.RESIDENT}).id == UUID(int=9)


def test_a_confirmed_resident_is_the_owner_of_the_passbook_in_the_book():
    owner = UUID(int=9)
    resident = admitted(resident_id=owner)
    assert (resident.id, resident.person_id, resident.book) == (owner, UUID(int=1), "meilihua")
    assert Role.RESIDENT in resident.roles
    assert Role.RESIDENT not in admitted().roles
    assert admitted(resident_id=owner, frozen=True).roles == {Role.PERSON}
    assert admitted(resident_id=None, book=None).id == UUID(int=1)
