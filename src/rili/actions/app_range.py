"""Whom an app may see and act for (decision 75): everybody, or departments with all below them, and single people.

Whatever names a person or a department for an app asks here.
"""

from __future__ import annotations

from collections.abc import Iterable

from rili.actions import authorizations, directory, register
from rili.auth.callers import Caller
from rili.errors import InvalidParameter, ItemNotFound, OutOfRange, UserOutOfRange
from rili.model.directory import ROOT_DEPT_ID, Range, User
from rili.store import app_ranges
from rili.store.db import Tx

MOST = 1000
"""Departments and people that a range names: all are answered at once."""

EVERYBODY = Range((ROOT_DEPT_ID,))
"""How apps are told that they see everybody: the root, with all below it."""

OUTSIDE = "is outside the range of this app; an administrator changes it: rili app range"


def get_range(tx: Tx, corp_id: str, app_key: str) -> Range | None:
    """None: everybody. Raises ItemNotFound."""
    _acts_in(tx, corp_id, app_key)
    return app_ranges.get(tx, corp_id, app_key)


def set_range(tx: Tx, corp_id: str, app_key: str, given: Range | None, *, now_ms: int) -> Range | None:
    """Let the app see and act for those of *given* alone; None, or the root department: for everybody.

    Raises ItemNotFound for what is not there, InvalidParameter for a range that is too long.
    """
    _acts_in(tx, corp_id, app_key)
    if given is not None:
        given = Range(tuple(sorted(set(given.departments))), tuple(sorted(set(given.userids))))
        if len(given.departments) + len(given.userids) > MOST:
            raise InvalidParameter(f"A range names at most {MOST} departments and people")
        for dept_id in given.departments:
            directory.get_department(tx, corp_id, dept_id)
        for userid in given.userids:
            directory.get_present(tx, corp_id, userid)
        if ROOT_DEPT_ID in given.departments:
            given = None
    app_ranges.replace(tx, corp_id, app_key, given)
    authorizations.range_changed(tx, app_key, corp_id, now_ms=now_ms)
    return given


def range_of(tx: Tx, by: Caller) -> Range:
    """What the caller may see and act for, as it is told."""
    found = app_ranges.get(tx, by.corp_id, by.app_key) if by.ranged else None
    return EVERYBODY if found is None else found


def limited(tx: Tx, by: Caller) -> bool:
    """Whether the caller has a range. Who is remembered as having one (decision 38) may have none any more."""
    return by.ranged and app_ranges.has_one(tx, by.corp_id, by.app_key)


def within(tx: Tx, by: Caller, union_ids: Iterable[str]) -> set[str]:
    """Those of *union_ids* whom the caller may see and act for; with an unlimited app, all of them."""
    asked = set(union_ids)
    return app_ranges.people_within(tx, by.corp_id, by.app_key, asked) if asked and limited(tx, by) else asked


def check_person(tx: Tx, by: Caller, union_id: str) -> None:
    """Raises OutOfRange when the caller may not act for this person of a path, who is somebody here."""
    if limited(tx, by) and not app_ranges.has_person(tx, by.corp_id, by.app_key, union_id):
        raise OutOfRange(description=f"userId: the person {union_id} {OUTSIDE}")


def check_consent(tx: Tx, user: User, app_key: str) -> None:
    """Raises UserOutOfRange when the app may not act for *user*, who is about to agree to it."""
    ranged = app_ranges.has_one(tx, user.corp_id, app_key)
    if ranged and not app_ranges.has_person(tx, user.corp_id, app_key, user.union_id):
        raise UserOutOfRange


def check_user(tx: Tx, by: Caller, user: User) -> None:
    """Raises UserOutOfRange when the caller may not see *user*."""
    if limited(tx, by) and not app_ranges.has_person(tx, by.corp_id, by.app_key, user.union_id):
        raise UserOutOfRange(description=f"the person {OUTSIDE}")


def check_department(tx: Tx, by: Caller, dept_id: int) -> None:
    """Raises OutOfRange when the caller may not see this department, which is there."""
    if limited(tx, by) and not app_ranges.has_department(tx, by.corp_id, by.app_key, dept_id):
        raise OutOfRange(f"department {dept_id} {OUTSIDE}")


def _acts_in(tx: Tx, corp_id: str, app_key: str) -> None:
    """Raises ItemNotFound where the app does not act: an enterprise app has a range in each that authorised it."""
    register.get_organisation(tx, corp_id)
    if not authorizations.is_home(tx, register.find_app(tx, app_key), corp_id):
        raise ItemNotFound(f"No app {app_key} acts in {corp_id}: --org says where")
