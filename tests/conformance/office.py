"""An organisation with rooms to manage, through the official SDK and over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alibabacloud_dingtalk.rooms_1_0 import models
from alibabacloud_dingtalk.rooms_1_0.client import Client
from alibabacloud_tea_util.models import RuntimeOptions

from rili.actions import directory
from rili.actions.directory import Place
from rili.store import organisations
from rili.testing import Rili
from tests.conformance.clients import App, Json, Reply, config, model
from tests.people import NOW_MS, SharedDatabase, add_app, add_organisation, add_user


class Office:
    """An organisation of the test's own on the shared server.

    boss is an administrator, ann is in department 3, which is below 2, and bob in the root alone.
    """

    def __init__(self, server: Rili, database: SharedDatabase) -> None:
        self.database = database

        def make(tx: Any) -> tuple[str, Any, str, list[str]]:
            corp_id = add_organisation(tx)
            directory.add_department(tx, corp_id, 2, "研发部", now_ms=NOW_MS)
            directory.add_department(tx, corp_id, 3, "平台", 2, now_ms=NOW_MS)
            people = [
                add_user(tx, corp_id, "boss", admin=True),
                add_user(tx, corp_id, "ann", Place(3), name="安"),
                add_user(tx, corp_id, "bob"),
            ]
            return corp_id, *add_app(tx, corp_id), [one.union_id for one in people]

        self.corp_id, stored, secret, (self.boss, self.ann, self.bob) = database.write(make)
        self.app = _app_of(server, stored.app_key, secret)
        self.client = Client(config(server.endpoint))

    def ask(self, operation: str, *path: str, **members: Any) -> Any:
        """The body that an operation of the SDK answers; *members* are those of its request, by their JSON names."""
        name = "".join(part.title() for part in operation.split("_"))
        request = model(getattr(models, f"{name}Request"), {"unionId": self.boss} | members)
        headers = getattr(models, f"{name}Headers")(x_acs_dingtalk_access_token=self.app.token)
        call = getattr(self.client, f"{operation}_with_options")
        return call(*path, request, headers, RuntimeOptions()).body

    def make(self, name: str, **members: Any) -> str:
        """A new room's id."""
        room: str = self.ask(
            "create_meeting_room", **({"roomName": name, "roomStatus": 0, "isvRoomId": "isv"} | members)
        ).result
        return room

    def show(self, room_id: str, union_id: str | None = None) -> Json:
        found: Json = self.ask("query_meeting_room", room_id, unionId=union_id or self.boss).result.to_map()
        return found

    def names(self, union_id: str) -> list[str]:
        """Of the rooms that a person is shown."""
        found = self.ask("query_meeting_room_list", unionId=union_id).result
        return [one.room_name for one in found]

    def call(self, method: str, target: str, body: Any = None) -> Reply:
        return self.app.call(method, f"/v1.0/rooms/{target}", body)


def _app_of(server: Rili, app_key: str, secret: str) -> App:
    app = App(server)
    app.token = app.call("POST", "/v1.0/oauth2/accessToken", {"appKey": app_key, "appSecret": secret}).json[
        "accessToken"
    ]
    return app


@contextmanager
def an_office(server: Rili, database: SharedDatabase) -> Iterator[Office]:
    """One for the block."""
    office = Office(server, database)
    yield office
    database.write(lambda tx: organisations.erase(tx, office.corp_id))
