"""A vendor's apps, and calls of their tokens straight into the app."""

from __future__ import annotations

from typing import Any

from starlette.types import ASGIApp

from rili.actions import authorizations, suites
from rili.app import build
from rili.config import Settings
from rili.model.app_kinds import AppKind
from rili.model.directory import App
from rili.store.db import Tx
from tests.asgi import Answered, call
from tests.people import KEY, NOW_MS, SECRET_KEY, SharedDatabase, add_app, add_organisation, add_user

HEADER = "x-acs-dingtalk-access-token"


class Vendor:
    """Three apps of a vendor's organisation, one of each kind; a customer authorised the enterprise app, a neighbour
    did not.
    """

    def __init__(self, db: SharedDatabase, *, secret_key: str | None = SECRET_KEY) -> None:
        self.db = db
        self.now_ms = NOW_MS
        settings = Settings(
            database="sqlite:unused", public_url="https://rili.example", secret_key=secret_key
        )
        self.http: ASGIApp = build(settings, db.db, clock=lambda: self.now_ms)
        self.apps: dict[AppKind, App] = {}
        self.secrets: dict[AppKind, str] = {}
        db.write(self._seed)

    def _seed(self, tx: Tx) -> None:
        self.corp_id, self.customer, self.neighbour = (add_organisation(tx) for _ in range(3))
        self.ann = add_user(tx, self.customer, "ann", name="安", mobile="13900000001")
        self.bob = add_user(tx, self.neighbour, "bob", name="波")
        kinds: tuple[AppKind, ...] = ("internal", "enterprise", "personal")
        for kind in kinds:
            self.apps[kind], self.secrets[kind] = add_app(tx, self.corp_id, kind=kind)
        authorizations.authorize(tx, self.suite_key, self.customer, None, now_ms=NOW_MS)
        self.ticket = suites.ticket(tx, self.suite_key, KEY).ticket

    @property
    def suite_key(self) -> str:
        return self.apps["enterprise"].app_key

    @property
    def suite_secret(self) -> str:
        return self.secrets["enterprise"]

    def set_ticket(self, text: str, *, fixed: bool = False) -> None:
        self.db.write(
            lambda tx: suites.set_ticket(tx, self.suite_key, text, KEY, fixed=fixed, now_ms=self.now_ms)
        )

    def call(self, method: str, target: str, **sent: Any) -> Answered:
        return self.db.run(call(self.http, method, target, **sent))

    def corp_token(self, **changed: Any) -> Answered:
        """GetCorpAccessToken for the customer; *changed* members of the body, None for left out."""
        body = {
            "suiteKey": self.suite_key,
            "suiteSecret": self.suite_secret,
            "authCorpId": self.customer,
            "suiteTicket": self.ticket,
        }
        sent = {name: value for name, value in (body | changed).items() if value is not None}
        return self.call("POST", "/v1.0/oauth2/corpAccessToken", json=sent)

    def token(self, corp_id: str, kind: AppKind = "enterprise") -> Answered:
        """GetToken."""
        pair = {"client_id": self.apps[kind].app_key, "client_secret": self.secrets[kind]}
        return self.call(
            "POST", f"/v1.0/oauth2/{corp_id}/token", json=pair | {"grant_type": "client_credentials"}
        )

    def sees(self, token: str, union_id: str) -> tuple[int, str | None]:
        """What GetUser says: the status, and the code of a refusal."""
        answer = self.call("GET", f"/v1.0/contact/users/{union_id}", headers={HEADER: token})
        return answer.status, answer.json.get("code")
