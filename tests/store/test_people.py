from __future__ import annotations

import itertools

from rili.store import guests, users
from tests.people import NOW_MS, SharedDatabase, add_organisation, add_user


def test_guests_are_found_again_whatever_the_case(shared_database: SharedDatabase):
    corp_id = shared_database.write(add_organisation)
    ids = (f"{corp_id}{number}" for number in itertools.count())

    def find(*emails):
        return shared_database.write(
            lambda tx: guests.find_or_add(tx, corp_id, emails, NOW_MS, lambda: next(ids))
        )

    first = find("Ann@Example.com", "bob@example.com")
    again = find("ANN@example.COM", "eve@example.com")

    assert set(first) == {"ann@example.com", "bob@example.com"}
    assert again["ann@example.com"] == first["ann@example.com"]
    assert len({*first.values(), *again.values()}) == 3
    known = [*first.values(), "nobody"]
    assert shared_database.read(lambda tx: guests.emails(tx, corp_id, known)) == {
        first["ann@example.com"]: "Ann@Example.com",
        first["bob@example.com"]: "bob@example.com",
    }
    assert find() == {}


def test_a_list_of_ids_is_one_question(shared_database: SharedDatabase):
    strange = ['"', "\\", "{}", "unionId'); DROP TABLE users; --", "人"]

    def act(tx):
        corp_id = add_organisation(tx)
        union_ids = [add_user(tx, corp_id, f"u{number}").union_id for number in range(20)]
        asked = union_ids + strange + [f"unknown{number}" for number in range(500)]
        return union_ids, users.colleagues(tx, corp_id, asked), users.names(tx, corp_id, asked)

    union_ids, found, names = shared_database.write(act)

    assert found == names == {union_id: f"u{number}" for number, union_id in enumerate(union_ids)}
