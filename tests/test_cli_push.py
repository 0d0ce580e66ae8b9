"""`rili app push`, with servers that answer."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from rili.store.migrations import migrate
from tests.receiver import Receiver, receiving, says, sends
from tests.test_cli_admin import cli
from tests.test_cli_apps import VendorTerminal


class PushTerminal(VendorTerminal):
    """Which may reach this machine."""

    networks = "127.0.0.0/8"

    def run(self, *arguments: str, typed: str | None = None) -> Result:
        env = {
            "RILI_DATABASE": self.url,
            "RILI_SECRET_KEY": self.key,
            "RILI_CALLBACK_NETWORKS": self.networks,
        }
        return CliRunner().invoke(cli, [*arguments], input=typed, env=env)

    def push(self, app_key: str, *options: str) -> Any:
        return self.json("app", "push", app_key, *options)

    def refused_push(self, app_key: str, *options: str) -> str:
        return self.refused("app", "push", app_key, *options)


@pytest.fixture
def terminal(database_url: str) -> PushTerminal:
    migrate(database_url, lambda _: None)
    return PushTerminal(database_url)


def secrets_of(receiver: Receiver) -> tuple[str, ...]:
    return "--token", receiver.token, "--aes-key", receiver.aes_key


def test_an_internal_app_from_beginning_to_end(terminal: PushTerminal) -> None:
    key = terminal.add("internal")["app_key"]
    assert terminal.push(key) == {"app_key": key, "mode": "off"}
    with receiving(key) as receiver:
        made = terminal.push(
            key,
            "--http",
            receiver.url,
            *secrets_of(receiver),
            "--events",
            "user_add_org, calendar_event_change",
        )
        shown = {
            "app_key": key,
            "mode": "http",
            "url": receiver.url,
            "events": ["calendar_event_change", "user_add_org"],
            "owner_key": key,
            "registered_by_app": False,
        }
        assert made == shown | {"token": receiver.token, "aes_key": receiver.aes_key}
        assert receiver.checks == [{"EventType": "check_url"}]
        assert terminal.push(key) == shown
        assert terminal.push(key, "--secrets") == made
        assert receiver.token not in terminal.run("app", "push", key).stdout
        assert "calendar_event_change user_add_org" in terminal.run("app", "push", key).stdout

        moved = terminal.push(key, "--http", receiver.url + "?app=1")
        assert moved == shown | {"url": receiver.url + "?app=1"}, "secrets and events stay"
        assert len(receiver.checks) == 2
        every = terminal.push(key, "--all-events")
        assert every == moved | {"events": []}
        assert "events             all\n" in terminal.run("app", "push", key).stdout
        receiver.answer = says("fail")
        refusal = terminal.refused_push(key, "--http", receiver.url)
        assert "'fail', not success" in refusal
        assert "(400052)" in refusal
        assert terminal.push(key) == every, "what was there stays"

    assert terminal.push(key, "--stream") == {"app_key": key, "mode": "stream", "url": None, "events": []}
    assert terminal.push(key, "--off") == {"app_key": key, "mode": "off"}
    assert terminal.push(key, "--off") == {"app_key": key, "mode": "off"}
    assert terminal.json("app", "remove", key)["removed"]


def test_secrets_are_made_up(terminal: PushTerminal) -> None:
    """Nobody can know them yet, so nobody is asked until the administrator says so."""
    key = terminal.add("internal")["app_key"]
    with receiving(key) as receiver:
        result = terminal.run("app", "push", key, "--http", receiver.url, "--json")
        made = json.loads(result.stdout)
        assert f"rili app push {key} --check" in result.stderr
        assert (len(made["token"]), len(made["aes_key"])) == (32, 43)
        assert (made["token"] + made["aes_key"]).isalnum()
        assert "token" not in terminal.push(key)
        assert receiver.requests == []
        assert "(400051)" in terminal.refused_push(key, "--check")

        receiver.token, receiver.aes_key = made["token"], made["aes_key"]
        assert "token" not in terminal.push(key, "--check")
        assert receiver.checks == [{"EventType": "check_url"}]
        others = terminal.push(key, "--new-secrets")
        assert {others["token"], others["aes_key"]}.isdisjoint({made["token"], made["aes_key"]})
        assert "(400051)" in terminal.refused_push(key, "--token", "mine")
        mine = terminal.push(key, "--token", "mine", "--unchecked")
        assert (mine["token"], mine["aes_key"]) == ("mine", others["aes_key"])
        half = terminal.push(key, "--new-secrets", "--token", "mine2")
        assert (half["token"], half["aes_key"] == others["aes_key"]) == ("mine2", False)
    assert terminal.json("app", "remove", key)["removed"]


def test_an_enterprise_app(terminal: PushTerminal) -> None:
    """Its address is asked with a text that it has to repeat, and uses TLS."""
    key = terminal.add("enterprise")["app_key"]
    assert "it must be https://" in terminal.refused_push(key, "--sync-http", "http://app.example/")
    assert "--stream or --sync-http" in terminal.refused_push(key, "--http", "https://127.0.0.1:1/")
    made = terminal.push(key, "--sync-http", "https://127.0.0.1:1/")
    assert (made["mode"], made["owner_key"], len(made["token"])) == ("sync_http", key, 32)
    assert "(400051)" in terminal.refused_push(key, "--check")
    assert terminal.push(key, "--stream", "--events", "suite_ticket")["events"] == ["suite_ticket"]


def test_a_personal_app(terminal: PushTerminal) -> None:
    key = terminal.add("personal")["app_key"]
    assert "not told of anything" in terminal.refused_push(key, "--stream")


URL = "http://127.0.0.1:1/"
SECRETS = ("--token", "abc", "--aes-key", "a" * 43)
REFUSED = {
    "no address": (("--http", "app.example"), "(400050)"),
    "nobody there": (("--http", URL, *SECRETS), "(400051)"),
    "inside": (("--http", "http://10.0.0.1/", *SECRETS), "callback_networks allows more networks (400053)"),
    "a short token": (("--http", URL, "--token", "ab"), "3 to 32 letters and digits"),
    "a token with signs": (("--http", URL, "--token", "a-b"), "3 to 32 letters and digits"),
    "a short aes_key": (("--http", URL, "--aes-key", "ab"), "43 letters and digits"),
    "unknown events": (("--stream", "--events", "calendar"), "no such event: calendar; there are "),
}


TOGETHER = [
    ("--http", URL, "--stream"),
    ("--stream", "--off"),
    ("--stream", "--events", "calendar_event_change", "--all-events"),
    ("--events", "calendar_event_change"),
    ("--stream", "--events", ""),
    ("--stream", "--events", " , "),
    ("--new-secrets",),
    ("--stream", "--token", "abcdef"),
    ("--stream", "--check"),
    ("--check",),
    ("--http", URL, "--check", "--unchecked"),
    ("--off", "--events", "user_add_org"),
    ("--off", "--check"),
    ("--off", "--new-secrets"),
    ("--unchecked",),
]


def test_what_is_refused(terminal: PushTerminal) -> None:
    """Each leaves everything as it was."""
    key = terminal.add("internal")["app_key"]
    for name, (options, says_why) in REFUSED.items():
        assert says_why in terminal.refused_push(key, *options), name
    for options in TOGETHER:
        assert terminal.run("app", "push", key, *options).exit_code == 2, options
    assert terminal.push(key)["mode"] == "off"


def test_this_machine_is_inside(terminal: PushTerminal) -> None:
    key = terminal.add("internal")["app_key"]
    terminal.networks = ""
    with receiving(key) as receiver:
        assert "(400053)" in terminal.refused_push(key, "--http", receiver.url, *secrets_of(receiver))
        assert receiver.requests == []
        receiver.answer = sends(500)
        terminal.networks = receiver.url.split("/")[2].split(":")[0]
        assert "answers 500" in terminal.refused_push(key, "--http", receiver.url, *secrets_of(receiver))


def test_the_key(terminal: PushTerminal) -> None:
    """Without it, or with another, nothing that needs it; what nobody can read is left behind."""
    key = terminal.add("internal")["app_key"]
    other = terminal.add("internal")["app_key"]
    terminal.push(key, "--http", URL, "--unchecked")
    good = terminal.key
    for wrong, says_why in ((None, "secret_key is not set: "), (os.urandom(32).hex(), "is not the key")):
        terminal.key = wrong
        assert says_why in terminal.refused_push(key)
        assert says_why in terminal.refused_push(other, "--http", URL, "--unchecked")
        assert terminal.push(other, "--stream")["mode"] == "stream"
    terminal.key = good
    assert terminal.push(key)["url"] == URL
    terminal.key = None
    assert terminal.push(key, "--off")["mode"] == "off"
    terminal.key = os.urandom(32).hex()
    assert terminal.push(key, "--http", URL, "--unchecked")["mode"] == "http"


def test_no_such_app(terminal: PushTerminal) -> None:
    for options in ((), ("--off",), ("--stream",)):
        assert "No app ding0" in terminal.refused_push("ding0", *options)
