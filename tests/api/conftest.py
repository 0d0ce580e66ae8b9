"""An office: an organisation with three people and an app, behind the whole HTTP stack."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from starlette.types import ASGIApp

from rili.actions import directory, register
from rili.actions.directory import Place
from rili.actions.sign_in import sign_in
from rili.app import build
from rili.config import Settings
from rili.model.directory import App, User
from rili.store.db import Tx
from tests.asgi import Answered, call
from tests.people import NOW_MS, SharedDatabase, add_app, add_organisation, add_user


class Office:
    """Calls the server as the app."""

    def __init__(self, db: SharedDatabase, http: ASGIApp) -> None:
        self._db = db
        self._http = http
        self._app: App
        db.write(self._seed)

    def _seed(self, tx: Tx) -> None:
        self.corp_id = add_organisation(tx)
        directory.add_department(tx, self.corp_id, 2, "研发部", now_ms=NOW_MS)
        self.bob: User = add_user(tx, self.corp_id, "bob")
        self.ann: User = add_user(
            tx,
            self.corp_id,
            "ann",
            Place(1),
            Place(2, leader=True),
            name="Ann 安",
            mobile="13900000001",
            email="Ann@example.com",
            title="工程师",
            manager_userid="bob",
            admin=True,
        )
        self.gone: User = add_user(tx, self.corp_id, "gone", mobile="13900000009")
        directory.remove_user(tx, self.corp_id, "gone", now_ms=NOW_MS)
        self._app, self.app_secret = add_app(tx, self.corp_id)

    @property
    def app_key(self) -> str:
        return self._app.app_key

    def grant(self, *points: str) -> None:
        """Leave the app these permission points alone."""
        self._db.write(lambda tx: register.grant(tx, self.corp_id, self.app_key, points, only=True))

    def token(self) -> dict[str, str]:
        """The app's token, as a header of the new family."""
        token = self._db.write(
            lambda tx: sign_in(tx, self.app_key, self.app_secret, new_nonce="n", now_ms=NOW_MS)
        )
        return {"x-acs-dingtalk-access-token": token}

    def filled(self, sent: Mapping[str, Any]) -> dict[str, Any]:
        """*sent* with KEY and SECRET in its bodies replaced."""
        known = {"KEY": self.app_key, "SECRET": self.app_secret}
        return {
            kind: {name: known.get(value, value) for name, value in body.items()}
            if isinstance(body, dict)
            else body
            for kind, body in sent.items()
        }

    def call(self, method: str, target: str, **sent: Any) -> Answered:
        return self._db.run(call(self._http, method, target, **sent))

    def topapi(self, method: str, fields: dict[str, Any], how: str = "json") -> Any:
        """The answer of a method of the old family, which is always a 200."""
        token = self.token()["x-acs-dingtalk-access-token"]
        target = f"/topapi/{method}"
        match how:
            case "json":
                answer = self.call("POST", f"{target}?access_token={token}", json=fields)
            case "form":
                answer = self.call("POST", f"{target}?access_token={token}", form=fields)
            case _:
                answer = self.call("POST", target, form=fields | {"access_token": token})
        assert answer.status == 200
        return answer.json


@pytest.fixture
def office(shared_database: SharedDatabase) -> Office:
    settings = Settings(database="sqlite:unused")
    return Office(shared_database, build(settings, shared_database.db, clock=lambda: NOW_MS))
