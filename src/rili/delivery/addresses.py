"""How people are reached: remembered as long as nobody of the organisation changes."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from rili.store import guests, organisations, users
from rili.store.db import Tx

REMEMBERED = 20_000
"""People, of one organisation."""


class Address(Struct, frozen=True, gc=False):
    """A person who can be told something. A guest has no account here, and nothing but an address."""

    email: str | None
    guest: bool = False


class Addresses:
    """Those of one organisation at a time: readers go through them one after another."""

    def __init__(self) -> None:
        self._corp_id = ""
        self._people_no = -1
        self._known: dict[str, Address | None] = {}

    def begin(self, tx: Tx, corp_id: str) -> None:
        """Go on with this organisation, and believe nothing that may have changed. No guest ever does."""
        people_no = organisations.people_no(tx, corp_id)
        if (corp_id, people_no) != (self._corp_id, self._people_no) or len(self._known) > REMEMBERED:
            self._corp_id, self._people_no = corp_id, people_no
            self._known = {}

    def of(self, tx: Tx, person_ids: Iterable[str]) -> dict[str, Address | None]:
        """How these people, and maybe others, are reached; None for who cannot be: they left."""
        known = self._known
        new = [id_ for id_ in person_ids if id_ not in known]
        if new:
            for id_, email in users.present_emails(tx, self._corp_id, new).items():
                known[id_] = Address(email)
            if strangers := [id_ for id_ in new if id_ not in known]:
                found = guests.emails(tx, self._corp_id, strangers)
                for id_ in strangers:
                    known[id_] = Address(found[id_], guest=True) if id_ in found else None
        return known
