"""An organisation of its own on the shared server, whose people have passwords, and all that can be asked with them."""

from __future__ import annotations

import os
import re
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from rili.actions import directory, guest_answers, login_codes, plugins, register, room_groups, rooms
from rili.actions.directory import Place
from rili.actions.sign_in import issue_token
from rili.auth.passwords import hash_password
from rili.model.directory import User
from rili.model.ids import opaque_id
from rili.model.room import NO_GROUP
from rili.model.room_change import RoomChange
from rili.store.db import Tx
from rili.store.plugins import Plugin
from rili.testing import Rili
from tests.conformance.backdoor import give_to_user
from tests.conformance.clients import HOUR, TOKEN, Json, Reply, call, legacy_id
from tests.people import NOW_MS, SharedDatabase, add_app, add_organisation, add_user

CALLBACK = "https://app.example/cb"
GUEST = "guest@example.net"
FORM = {"content-type": "application/x-www-form-urlencoded"}


class Firm:
    """Ann organises, Bob is invited. *made* has every secret that came about, by what it is.

    Ann's userid, number and address are the same in every firm; passwords are not where *name* is not.
    """

    def __init__(self, server: Rili, database: SharedDatabase, name: str = "") -> None:
        self.endpoint = server.endpoint
        self._clock = server.clock
        self._deliver = server.deliver
        self._database = database
        self.password, password_hash = _password(name)
        self.made: dict[str, list[str]] = {"password": [self.password]}
        database.write(lambda tx: self._found(tx, password_hash))
        self.keep("app secret", self.app_secret)
        body = {"appKey": self.app_key, "appSecret": self.app_secret}
        signed_in = call(self.endpoint, "POST", "/v1.0/oauth2/accessToken", body=body)
        self.token = self.keep("access token", signed_in.json["accessToken"])

    def _found(self, tx: Tx, password_hash: str) -> None:
        tx.run("DELETE FROM password_tries")  # every test comes from one address
        self.corp_id = add_organisation(tx)
        self.dept_id = int.from_bytes(os.urandom(4), "big") + 2
        directory.add_department(tx, self.corp_id, self.dept_id, "研发部", now_ms=NOW_MS)
        mark, place = os.urandom(4).hex(), Place(self.dept_id, leader=True)
        self.ann = add_user(
            tx,
            self.corp_id,
            "ann",
            place,
            name=f"安{mark}",
            mobile="13700000001",
            email="ann@example.com",
            admin=True,
        )
        self.bob = add_user(
            tx, self.corp_id, f"bob{mark}", place, name=f"白{mark}", mobile=f"137{int(mark, 16) % 10**8:08d}",
            admin=True,
        )  # fmt: skip
        for person in (self.ann, self.bob):
            directory.set_password(tx, self.corp_id, person.userid, password_hash)
        app, self.app_secret = add_app(tx, self.corp_id)
        self.app_key = app.app_key
        register.set_app(tx, self.corp_id, app.app_key, redirects=[CALLBACK])

    def keep(self, kind: str, secret: str) -> str:
        self.made.setdefault(kind, []).append(secret)
        return secret

    def send(self, method: str, target: str, body: Any = None, *, token: str | None = None) -> Reply:
        """With the app's token, or another."""
        return call(self.endpoint, method, target, {TOKEN: self.token if token is None else token}, body)

    def create(self, **draft: Any) -> str:
        """An event of Ann's, with Bob and a guest; its id."""
        people = [{"id": self.bob.union_id}, {"email": GUEST}]
        made = self.send("POST", self.path(), HOUR | {"attendees": people} | draft)
        assert made.status == 200, made.body
        return made.json["id"]

    def path(self, event_id: str | None = None) -> str:
        """Of Ann's events."""
        events = f"/v1.0/calendar/users/{self.ann.union_id}/calendars/primary/events"
        return events if event_id is None else f"{events}/{event_id}"

    def ids(self, event_id: str, path: str) -> dict[str, str | int]:
        """What operations name, of this firm; of what few do, as far as the *path* of the operation needs it."""
        ids: dict[str, str | int] = {
            "ann": self.ann.union_id, "calendar": "primary", "colleague": self.bob.union_id, "event": event_id,
            "dept_id": str(self.dept_id), "legacy": legacy_id(event_id), "mobile": self.bob.mobile or "",
            "userid": self.bob.userid,
        }  # fmt: skip
        person = f"/v1.0/calendar/users/{self.ann.union_id}"
        if path.startswith("/v1.0/rooms/") or "meetingRooms" in path:
            ids["room"], ids["group"] = self._database.write(self._add_room)
        if "/meetingRooms/" in path and "{eventId}" in path:  # which it has already
            booked = {"meetingRoomsToAdd": [{"roomId": ids["room"]}]}
            assert self.send("POST", f"{self.path(event_id)}/meetingRooms", booked).status == 200
        if "{aclId}" in path:
            scope = {"scopeType": "user", "userId": self.bob.union_id}
            shared = {"privilege": "reader", "sendMsg": False, "scope": scope}
            ids["acl"] = self.send("POST", f"{person}/calendars/primary/acls", shared).json["aclId"]
        if "/subscribedCalendars/" in path or path.endswith("subscribe"):
            given = {"name": "Ours alone", "subscribeScope": {"unionIds": [self.bob.union_id]}}
            made = self.send("POST", f"{person}/subscribedCalendars", given)
            ids["calendar"] = made.json["calendarId"]
        if "{pluginId}" in path:
            ids["plugin"] = opaque_id(os.urandom, 8)
            plugin = Plugin(str(ids["plugin"]), "Ours alone")
            self._database.write(
                lambda tx: plugins.add_plugin(tx, self.corp_id, plugin, now_ms=self._clock())
            )
        if path.endswith("/getuserinfo"):
            ids["code"] = self.login_code()
        return ids

    def login_code(self) -> str:
        """As `rili user code`: Bob opens the app."""
        code = self.keep("login code", opaque_id(os.urandom))
        self._database.write(
            lambda tx: login_codes.make(
                tx, self.corp_id, self.bob.userid, self.app_key, new_code=code, now_ms=self._clock()
            )
        )
        return code

    def _add_room(self, tx: Tx) -> tuple[str, int]:
        group = room_groups.add_group(tx, self.corp_id, NO_GROUP, "Room alone", new_bytes=os.urandom)
        change = RoomChange(name="Room alone", status=0, group_id=group.group_id)
        room = rooms.add_room(tx, self.corp_id, change, new_bytes=os.urandom, now_ms=NOW_MS)
        return room.room_id, group.group_id

    def rows(self) -> dict[str, list[str]]:
        """All that the database holds of this organisation, by table, once all that happened was handed on."""
        self._deliver()

        def read(tx: Tx) -> dict[str, list[str]]:
            return {
                table: sorted(
                    map(str, tx.all(f"SELECT * FROM {table} WHERE corp_id = :corp_id", corp_id=self.corp_id))
                )
                for table in _tables()
            }

        return self._database.read(read)

    # Signing in, and agreeing

    def issue_token(self) -> str:
        """As `rili token issue`."""
        token = self.keep("issued token", os.urandom(16).hex())
        self._database.write(lambda tx: issue_token(tx, self.app_key, new_token=token, now_ms=self._clock()))
        return token

    def user_token(self, person: User) -> str:
        """Of a person's through the app, as a code is exchanged for."""
        token = self.issue_token()
        self._database.write(lambda tx: give_to_user(tx, token, person.union_id))
        return token

    def consent_path(self, **changed: str) -> str:
        query = {
            "client_id": self.app_key, "redirect_uri": CALLBACK, "response_type": "code", "scope": "openid corpid",
            "prompt": "consent",
        }  # fmt: skip
        return "/oauth2/auth?" + urlencode(query | changed)

    def sign_in(self, target: str, name: str, password: str | None = None) -> Reply:
        """Name and password on the page at *target*."""
        password = self.password if password is None else password
        return self.post(target, {"account": name, "name": name, "password": password})

    def post(self, target: str, form: Json, **headers: str) -> Reply:
        return call(self.endpoint, "POST", target, FORM | headers, urlencode(form).encode())

    def consent(self, name: str | None = None) -> tuple[str, str]:
        """Somebody, Ann unless said, is signed in and has not decided: the browser's cookie, and the form's proof."""
        page = self.sign_in(self.consent_path(), name or self.ann.userid)
        assert page.status == 200, page.body
        cookie = page.headers["set-cookie"].partition(";")[0]
        self.keep("consent cookie", cookie.partition("=")[2])
        (proof,) = re.findall(r'name="proof" value="(\w+)"', page.body.decode())
        return cookie, self.keep("consent proof", proof)

    def decide(self, cookie: str, proof: str, target: str | None = None) -> Reply:
        form = {"decision": "agree", "proof": proof}
        return self.post(target or self.consent_path(), form, cookie=cookie)

    def code(self) -> str:
        decided = self.decide(*self.consent())
        assert decided.status == 302, decided.body
        return self.keep("code", parse_qs(urlsplit(decided.headers["location"]).query)["authCode"][0])

    def exchange(self, **given: str) -> Reply:
        """GetUserToken with *given*, a code or a refresh token."""
        kind = "authorization_code" if "code" in given else "refresh_token"
        pair = {"clientId": self.app_key, "clientSecret": self.app_secret, "grantType": kind}
        reply = call(self.endpoint, "POST", "/v1.0/oauth2/userAccessToken", body=pair | given)
        if reply.status == 200:
            self.keep("user token", reply.json["accessToken"])
            self.keep("refresh token", reply.json["refreshToken"])
        return reply

    # Links

    def guest_link(self, event_id: str) -> str:
        """As `rili guest link`: the path of the page."""
        code = self._database.write(
            lambda tx: guest_answers.mint_link(
                tx, self.corp_id, event_id, GUEST, new_bytes=os.urandom, now_ms=self._clock()
            )
        )
        return "/answer/" + self.keep("guest link", code)

    def sign_link(self, event_id: str, kind: str) -> str:
        """*kind* is In or Out: the path of the page."""
        reply = self.send("GET", f"{self.path(event_id)}/sign{kind}Links")
        path = urlsplit(reply.json[f"sign{kind}Link"]).path
        self.keep(f"sign-{kind.lower()} link", path.rpartition("/")[2])
        return path


@cache
def _tables() -> list[str]:
    """Those that have rows of organisations."""
    folder = resources.files("rili.store.migrations")
    text = "".join(file.read_text() for file in folder.iterdir() if file.name.endswith(".sql"))
    found = re.findall(r"CREATE TABLE (\w+) \((.*?)\n\)", text, re.DOTALL)
    return [name for name, columns in found if "corp_id TEXT" in columns]


@cache
def _password(name: str) -> tuple[str, str]:
    """Of the firm of that *name*, with its hash. Made once a process: hashing is slow on purpose."""
    password = name + opaque_id(os.urandom, 16)
    return password, hash_password(password)
