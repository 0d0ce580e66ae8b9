"""The range of an app that acts in several organisations: each says for itself."""

from __future__ import annotations

import pytest

from rili.actions import app_range, authorizations
from rili.errors import ItemNotFound
from rili.model.directory import Range
from rili.store import app_ranges
from tests.api.vendor import Vendor
from tests.people import NOW_MS, SharedDatabase


def test_each_organisation_has_its_own(shared_database: SharedDatabase):
    vendor = Vendor(shared_database)
    key = vendor.suite_key

    def set_range(corp_id: str, given: Range | None) -> Range | None:
        return vendor.db.write(lambda tx: app_range.set_range(tx, corp_id, key, given, now_ms=NOW_MS))

    def stored(corp_id: str) -> Range | None:
        return vendor.db.read(lambda tx: app_ranges.get(tx, corp_id, key))

    for stranger in (vendor.corp_id, vendor.neighbour):
        with pytest.raises(ItemNotFound, match="--org says where"):
            set_range(stranger, Range())
    vendor.db.write(lambda tx: authorizations.authorize(tx, key, vendor.neighbour, None, now_ms=NOW_MS))
    set_range(vendor.customer, Range((), ("ann",)))
    assert (stored(vendor.customer), stored(vendor.neighbour)) == (Range((), ("ann",)), None)

    set_range(vendor.neighbour, Range((), ("bob",)))
    vendor.db.write(lambda tx: authorizations.withdraw(tx, key, vendor.customer, now_ms=NOW_MS))
    assert (stored(vendor.customer), stored(vendor.neighbour)) == (None, Range((), ("bob",)))


def test_people_of_every_organisation_agree_within_its_range(shared_database: SharedDatabase):
    """A personal app has none unless an organisation of its people gives it one."""
    vendor = Vendor(shared_database)
    key = vendor.apps["personal"].app_key

    vendor.db.write(lambda tx: app_range.set_range(tx, vendor.customer, key, Range(), now_ms=NOW_MS))

    assert vendor.db.read(lambda tx: app_range.get_range(tx, vendor.customer, key)) == Range()
    assert vendor.db.read(lambda tx: app_range.get_range(tx, vendor.neighbour, key)) is None
