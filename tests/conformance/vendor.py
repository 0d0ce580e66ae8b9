"""A vendor beside the demo organisation."""

from __future__ import annotations

import os
from typing import NamedTuple

from rili.actions import authorizations, suites
from rili.auth.sealing import SecretKey
from rili.model.directory import App as StoredApp
from rili.store.db import Tx
from tests.conformance.clients import App
from tests.people import SharedDatabase, add_app, add_organisation


class Vendor(NamedTuple):
    """A vendor's apps; the demo organisation authorised the enterprise app, another organisation did not."""

    corp_id: str
    elsewhere: str
    enterprise: StoredApp
    suite_secret: str
    ticket: str
    personal: StoredApp
    app_secret: str


def make_vendor(app: App, database: SharedDatabase) -> Vendor:
    key = SecretKey(app.server.secret_key, os.urandom)

    def make(tx: Tx) -> Vendor:
        corp_id, elsewhere = add_organisation(tx), add_organisation(tx)
        enterprise, suite_secret = add_app(tx, corp_id, kind="enterprise", key=key)
        personal, app_secret = add_app(tx, corp_id, kind="personal")
        now_ms = app.server.clock()
        authorizations.authorize(tx, enterprise.app_key, app.server.corp_id, None, now_ms=now_ms)
        ticket = suites.ticket(tx, enterprise.app_key, key).ticket
        return Vendor(corp_id, elsewhere, enterprise, suite_secret, ticket, personal, app_secret)

    return database.write(make)
