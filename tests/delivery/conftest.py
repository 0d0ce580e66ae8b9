from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from rili.model.directory import Organisation
from rili.store import organisations
from rili.store.db import Database
from rili.store.open import open_database
from tests.conftest import KINDS, migrated

CORP = "dingdelivery"
NOW_MS = 1_800_000_000_000


delivery_url = pytest.fixture(migrated, scope="session", params=KINDS, name="delivery_url")


@pytest.fixture
def db(delivery_url: str, run: Callable[..., Any]) -> Iterator[Database]:
    """A database with one organisation, CORP, which is erased afterwards."""
    database = open_database(delivery_url, 4)
    organisation = Organisation(
        corp_id=CORP, name="Delivery", zone="Asia/Shanghai", language="en", created_ms=0
    )
    run(database.write(lambda tx: organisations.add(tx, organisation)))
    yield database
    run(database.write(lambda tx: organisations.erase(tx, CORP)))
    run(database.close())
