"""Many people at once, from the lines of a file: what they would add and change, and all that cannot be."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from rili.actions import announcements, checks, directory
from rili.errors import InvalidParameter
from rili.model.directory import (
    ROOT_DEPT_ID,
    Department,
    Membership,
    User,
    email_key,
    new_dept_id,
    new_union_id,
)
from rili.model.ids import NewBytes, opaque_id
from rili.store import calendars, departments, memberships, users
from rili.store.db import Tx

TEXTS = {
    "name": "name",
    "mobile": "mobile",
    "state_code": "state_code",
    "email": "email",
    "nickname": "nickname",
    "title": "title",
    "job_number": "job_number",
    "manager": "manager_userid",
    "language": "language",
    "zone": "zone",
}
"""Columns that are members of a person. `userid` says who; `departments` are paths such as 研发/平台, parted by `;`."""
COLUMNS = ("userid", *TEXTS, "departments")

_NOTHING = {"name": ""}
"""What an empty cell stands for, where it is not None."""

LINES = 100_000
_TOLD_EVERY = 1000

Progress = Callable[[int], None]
"""Told how many people are written."""


class Line(Struct, frozen=True):
    """One line of the file. A column that is not among its cells leaves as it is, an empty cell clears."""

    number: int
    cells: Mapping[str, str]


class Problem(Struct, frozen=True, order=True):
    """What cannot be, and where."""

    line: int
    column: str
    rule: str


class Report(Struct, frozen=True):
    """What a file comes to. With problems nothing is written."""

    added: list[str]
    changed: list[str]
    left_alone: list[str]
    made_departments: list[str]
    problems: list[Problem]


class _Wanted(Struct, frozen=True):
    line: int
    before: User | None
    user: User
    places: list[Membership]


class _Tree:
    """The departments by path, those that are to be made among them."""

    def __init__(self, found: Sequence[Department], *, make: bool, new_bytes: NewBytes) -> None:
        self.made: dict[tuple[str, ...], Department] = {}
        self._make = make
        self._new_bytes = new_bytes
        by_id = {one.dept_id: one for one in found}
        self._root = by_id[ROOT_DEPT_ID]
        self._taken = set(by_id)
        self._by_path: dict[tuple[str, ...], list[int]] = {(): [ROOT_DEPT_ID]}
        for one in found:
            names: list[str] = []
            above: Department | None = one
            while above is not None and above.parent_id is not None:
                names.append(above.name)
                above = by_id.get(above.parent_id)
            if names:
                self._by_path.setdefault(tuple(reversed(names)), []).append(one.dept_id)

    def find(self, text: str) -> int:
        """The department of a path from below the root; the root's own name, or nothing, is the root.

        Raises InvalidParameter.
        """
        names = tuple(name.strip() for name in text.split("/"))
        if names in ((self._root.name,), ("",)) and names not in self._by_path:
            return ROOT_DEPT_ID
        match self._by_path.get(names, []):
            case [dept_id]:
                return dept_id
            case []:
                if not self._make:
                    raise InvalidParameter(f"there is no department {text}; --make-departments makes it")
                return self._add(names)
            case several:
                raise InvalidParameter(f"{len(several)} departments are named {text}")

    def _add(self, names: tuple[str, ...]) -> int:
        name = checks.text("a department's name", names[-1], 64)
        parent_id = self.find("/".join(names[:-1])) if names[:-1] else ROOT_DEPT_ID
        dept_id = new_dept_id(self._new_bytes)
        while dept_id in self._taken:
            dept_id = new_dept_id(self._new_bytes)
        self._taken.add(dept_id)
        self._by_path[names] = [dept_id]
        self.made[names] = Department(
            corp_id=self._root.corp_id, dept_id=dept_id, parent_id=parent_id, name=name
        )
        return dept_id


def import_people(
    tx: Tx,
    corp_id: str,
    lines: Sequence[Line],
    *,
    write: bool,
    make_departments: bool,
    now_ms: int,
    new_bytes: NewBytes,
    progress: Progress = lambda done: None,
) -> Report:
    """Add and change the people of *lines*; with problems, or without *write*, only say what would be done."""
    known = {user.userid: user for user in directory.list_users(tx, corp_id, left=True)}
    places = memberships.of_everybody(tx, corp_id)
    tree = _Tree(departments.list_all(tx, corp_id), make=make_departments, new_bytes=new_bytes)
    problems: list[Problem] = []
    wanted: dict[str, _Wanted] = {}
    for line in lines:
        reader = _Reader(line, problems)
        userid = reader.userid(known, wanted)
        if userid is None:
            continue
        before = known.get(userid)
        user = before or User(
            corp_id=corp_id, userid=userid, union_id=new_union_id(new_bytes), name="", created_ms=now_ms
        )
        wanted[userid] = _Wanted(
            line.number, before, reader.person(user), reader.places(tree, user, places.get(userid, []))
        )
    problems += _clashes(known, wanted)
    changed = {
        userid: one
        for userid, one in wanted.items()
        if one.before is not None and (one.user, one.places) != (one.before, places.get(userid, []))
    }
    added = {userid: one for userid, one in wanted.items() if one.before is None}
    report = Report(
        added=list(added),
        changed=list(changed),
        left_alone=[userid for userid in wanted if userid not in added and userid not in changed],
        made_departments=["/".join(names) for names in tree.made],
        problems=sorted(problems),
    )
    if write and not problems:
        made = [department.dept_id for department in tree.made.values()]
        with announcements.of_departments(tx, corp_id, made, now_ms=now_ms):
            for department in tree.made.values():
                departments.add(tx, department)
        with announcements.of_people(tx, corp_id, {**added, **changed}, now_ms=now_ms):
            users.let_go(tx, corp_id, changed)
            for done, one in enumerate((*added.values(), *changed.values()), 1):
                _write(tx, one, new_bytes)
                if done % _TOLD_EVERY == 0:
                    progress(done)
    return report


def _write(tx: Tx, one: _Wanted, new_bytes: NewBytes) -> None:
    user = one.user
    if one.before is None:
        users.add(tx, user)
        calendars.add(tx, user.corp_id, opaque_id(new_bytes), user.union_id, "primary")
    else:
        users.replace(tx, user)
    memberships.replace(tx, user.corp_id, user.userid, one.places)


class _Reader:
    """One line, cell by cell; what is wrong is kept as a problem of its column."""

    def __init__(self, line: Line, problems: list[Problem]) -> None:
        self._line = line
        self._problems = problems

    def userid(self, known: Mapping[str, User], wanted: Mapping[str, _Wanted]) -> str | None:
        userid = self._line.cells.get("userid", "").strip()
        try:
            checks.userid(userid)
        except InvalidParameter as wrong:
            return self._problem("userid", wrong.message)
        if userid in wanted:
            return self._problem("userid", f"{userid} stands in line {wanted[userid].line} already")
        user = known.get(userid)
        if user is not None and not user.active:
            return self._problem(
                "userid", f"{userid} belonged to {user.name}, who left, and is not given again"
            )
        if user is None and not self._line.cells.get("name", "").strip():
            return self._problem("name", f"{userid} is new, and needs a name")
        return userid

    def person(self, user: User) -> User:
        """*user* with what the line says; what is wrong stays as it was."""
        cells = {
            column: self._line.cells[column].strip() or _NOTHING.get(column)
            for column in TEXTS
            if column in self._line.cells
        }
        try:
            return checks.person(replace(user, **{TEXTS[column]: cell for column, cell in cells.items()}))
        except InvalidParameter:
            pass  # one by one, to tell which
        for column, cell in cells.items():
            try:
                user = checks.person(replace(user, **{TEXTS[column]: cell}))
            except InvalidParameter as wrong:
                self._problem(column, wrong.message)
                user = (
                    user if user.name else replace(user, name="-")
                )  # of a new person the others can be told
        return user

    def places(self, tree: _Tree, user: User, before: list[Membership]) -> list[Membership]:
        """The person's departments by number; who stays in one keeps the place there."""
        cell = self._line.cells.get("departments")
        if cell is None and before:
            return before
        numbers: set[int] = set()
        for path in (cell or "").split(";"):
            if not path.strip() and numbers:
                continue
            try:
                numbers.add(tree.find(path.strip()))
            except InvalidParameter as wrong:
                self._problem("departments", wrong.message)
        here = {place.dept_id: place for place in before}
        new = directory.sort_order_of(user)
        return [
            here.get(number, Membership(dept_id=number, leader=False, sort_order=new))
            for number in sorted(numbers)
        ]

    def _problem(self, column: str, rule: str) -> None:
        self._problems.append(Problem(self._line.number, column, rule))


def _clashes(known: Mapping[str, User], wanted: Mapping[str, _Wanted]) -> list[Problem]:
    """Numbers and addresses of two people, and managers whom there is not, once all lines are written."""
    after = {userid: user for userid, user in known.items() if user.active}
    after |= {userid: one.user for userid, one in wanted.items()}
    problems: list[Problem] = []
    mobiles: dict[str, str] = {}
    addresses: dict[str, str] = {}
    # Whom the file does not name comes first: the problem is the line's.
    for userid, user in sorted(after.items(), key=lambda item: item[0] in wanted):
        line = wanted[userid].line if userid in wanted else 0
        if user.mobile and (other := mobiles.setdefault(user.mobile, userid)) != userid:
            problems.append(Problem(line, "mobile", f"{user.mobile} is the number of {other}"))
        if user.email and (other := addresses.setdefault(email_key(user.email), userid)) != userid:
            problems.append(Problem(line, "email", f"{user.email} is the address of {other}"))
        if line and user.manager_userid == userid:
            problems.append(Problem(line, "manager", "nobody is their own manager"))
        elif line and user.manager_userid and user.manager_userid not in after:
            problems.append(
                Problem(line, "manager", f"there is nobody with the userid {user.manager_userid}")
            )
    return problems
