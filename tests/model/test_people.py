"""Decisions 3, 4 and 11."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from rili.errors import InvalidParameter
from rili.model.people import (
    Attendee,
    GivenAttendee,
    Invited,
    check_given,
    organizer_only,
    replace_people,
    reset_answers,
)
from tests.properties import everyday

ORG = "organizer"
LI = organizer_only(ORG, "Li Wei")
CHEN = Attendee("chen", "Chen An", response="accepted", place=1)
BO = Attendee("bo", "Bo Lin", is_optional=True, response="declined", place=4)
GUEST = Attendee("g1", "eve@example.com", email="eve@example.com", place=5)
PEOPLE = (LI, CHEN, BO, GUEST)


def wanted(*names: str, optional: bool = False) -> tuple[Invited, ...]:
    return tuple(Invited(name, name.title(), optional) for name in names)


def crowd(count: int) -> tuple[Attendee, ...]:
    """The organizer and *count* others."""
    return (LI, *(Attendee(f"p{number}", "P", place=number) for number in range(1, count + 1)))


def ids(people: tuple[Attendee, ...]) -> list[str]:
    return [one.person_id for one in people]


def test_the_organizer_comes_first_and_has_accepted() -> None:
    organizer = organizer_only("u1", "Li Wei")

    assert organizer == Attendee("u1", "Li Wei", is_optional=False, response="accepted", email=None, place=0)


def test_who_stays_keeps_answer_and_place() -> None:
    change = replace_people(PEOPLE, wanted("bo", "chen", optional=True), ORG)

    assert change.people == (LI, replace(CHEN, is_optional=True), BO)
    assert change.changed == (replace(CHEN, is_optional=True),)
    assert change.joined == ()
    assert change.left == (GUEST,)


def test_who_joins_comes_after_everybody_who_was_ever_here() -> None:
    change = replace_people((LI, CHEN, BO), wanted("dan", "chen", "eli"), ORG)

    assert ids(change.people) == [ORG, "chen", "dan", "eli"]
    assert [(one.place, one.response) for one in change.joined] == [(5, "needsAction"), (6, "needsAction")]
    assert len({one.place for one in (*change.people, BO)}) == 5


def test_a_guest_joins_with_the_mail_address() -> None:
    change = replace_people((LI,), (Invited("g2", "eve@example.com", True, "eve@example.com"),), ORG)

    assert change.joined == (
        Attendee("g2", "eve@example.com", is_optional=True, email="eve@example.com", place=1),
    )


@pytest.mark.parametrize(
    ("invited", "people"),
    [
        pytest.param((), [ORG], id="an empty list empties all but the organizer"),
        pytest.param(wanted(ORG), [ORG], id="the organizer alone"),
        pytest.param(wanted("bo", ORG, "chen"), [ORG, "chen", "bo"], id="the organizer in between"),
        pytest.param(wanted("dan", "dan", "dan"), [ORG, "dan"], id="a newcomer three times"),
        pytest.param(wanted("chen", "chen"), [ORG, "chen"], id="who is here, twice"),
    ],
)
def test_the_organizer_always_stays_and_everybody_counts_once(
    invited: tuple[Invited, ...], people: list[str]
) -> None:
    assert ids(replace_people(PEOPLE, invited, ORG).people) == people


def test_the_organizer_is_not_made_optional() -> None:
    assert replace_people(PEOPLE, wanted(ORG, optional=True), ORG).people == (LI,)


@pytest.mark.parametrize("name", ["chen", "dan"])
def test_a_person_named_twice_counts_as_named_first(name: str) -> None:
    change = replace_people((LI, CHEN), (*wanted(name, optional=True), *wanted(name)), ORG)

    assert [one.is_optional for one in change.people if one.person_id == name] == [True]
    assert len(change.changed) + len(change.joined) == 1


def test_naming_everybody_as_they_are_changes_nothing() -> None:
    same = tuple(Invited(one.person_id, "another name", one.is_optional, one.email) for one in PEOPLE)

    change = replace_people(PEOPLE, same, ORG)

    assert (change.people, change.joined, change.changed, change.left) == (PEOPLE, (), (), ())


def test_decision_41_a_list_that_one_answer_shows_is_replaced() -> None:
    assert replace_people(crowd(499), wanted("p499"), ORG).people == (LI, crowd(499)[-1])


def test_decision_41_a_longer_list_is_not_and_says_what_to_do() -> None:
    with pytest.raises(InvalidParameter) as refused:
        replace_people(crowd(500), wanted("p1"), ORG)

    assert "batchRemove" in (refused.value.description or "")


@pytest.mark.parametrize("count", [pytest.param(0, id="nobody"), pytest.param(500, id="500")])
def test_as_many_as_one_call_may_name(count: int) -> None:
    check_given([GivenAttendee(id=f"p{number}") for number in range(count)])


def test_one_more_than_one_call_may_name() -> None:
    with pytest.raises(InvalidParameter, match="501 people are more than the 500"):
        check_given([GivenAttendee(id=f"p{number}") for number in range(501)])


@pytest.mark.parametrize(
    "one",
    [
        pytest.param(GivenAttendee(id="u1"), id="by id"),
        pytest.param(GivenAttendee(email="eve@example.com"), id="by mail"),
        pytest.param(GivenAttendee(id="u1", email="eve@example.com"), id="by both"),
        pytest.param(GivenAttendee(email="李伟@例子.公司"), id="a Chinese address"),
        pytest.param(GivenAttendee(email="a@" + "b" * 252), id="254 characters"),
    ],
)
def test_a_person_who_can_be_found(one: GivenAttendee) -> None:
    check_given([one])


@pytest.mark.parametrize(
    ("one", "field"),
    [
        pytest.param(GivenAttendee(), "attendees[1]", id="by nothing"),
        pytest.param(GivenAttendee(email="eve"), "attendees[1].email", id="no @"),
        pytest.param(GivenAttendee(email="@example.com"), "attendees[1].email", id="no name"),
        pytest.param(GivenAttendee(email="eve@"), "attendees[1].email", id="no domain"),
        pytest.param(GivenAttendee(email="eve@a@b"), "attendees[1].email", id="two @"),
        pytest.param(GivenAttendee(email="eve @example.com"), "attendees[1].email", id="space"),
        pytest.param(GivenAttendee(email="eve@example.com\n"), "attendees[1].email", id="line break"),
        pytest.param(GivenAttendee(id="u1", email="eve"), "attendees[1].email", id="beside an id"),
        pytest.param(GivenAttendee(email="a@" + "b" * 253), "attendees[1].email", id="255 characters"),
        pytest.param(GivenAttendee(email="@" * 100_000), "attendees[1].email", id="long"),
    ],
)
def test_a_person_who_cannot_be_found(one: GivenAttendee, field: str) -> None:
    with pytest.raises(InvalidParameter) as refused:
        check_given([GivenAttendee(id="u0"), one])

    assert (refused.value.description or "").startswith(f"{field}:")


def test_decision_11_every_answer_but_the_organizers_is_asked_for_again() -> None:
    assert [one.response for one in reset_answers(PEOPLE, ORG)] == ["accepted", *["needsAction"] * 3]
    assert reset_answers(PEOPLE, ORG)[3] is GUEST


NAMES = st.sampled_from([ORG, "a", "b", "c", "d", "e", "f"])
ANSWERS = st.sampled_from(["needsAction", "accepted", "declined", "tentative"])


@st.composite
def lists_of_people(draw: st.DrawFn) -> tuple[Attendee, ...]:
    names = draw(st.lists(NAMES.filter(lambda name: name != ORG), unique=True))
    return (
        LI,
        *(
            Attendee(name, name.title(), draw(st.booleans()), draw(ANSWERS), place=place)
            for place, name in enumerate(names, start=1)
        ),
    )


@everyday
@given(lists_of_people(), st.lists(st.builds(Invited, NAMES, st.just("N"), st.booleans()), max_size=12))
def test_what_a_replacement_comes_to(current: tuple[Attendee, ...], invited: list[Invited]) -> None:
    change = replace_people(current, invited, ORG)
    before, after = {one.person_id: one for one in current}, {one.person_id: one for one in change.people}
    joined, changed, left = (
        {one.person_id for one in some} for some in (change.joined, change.changed, change.left)
    )

    assert len(after) == len(change.people)
    assert set(after) == {one.person_id for one in invited} | {ORG}
    assert change.people[0] == current[0]
    assert joined == set(after) - set(before)
    assert left == set(before) - set(after)
    assert changed == {name for name in set(before) & set(after) if before[name] != after[name]}
    assert not joined & changed
    assert all(before[name].response == after[name].response for name in set(before) & set(after))
    assert [one.place for one in change.people] == sorted({one.place for one in change.people})
