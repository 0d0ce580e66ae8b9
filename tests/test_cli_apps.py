"""`rili app` for apps of vendors, and the codes of `rili user code`."""

from __future__ import annotations

import os
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from rili.store.migrations import migrate
from tests.test_cli_admin import Terminal, cli

POINTS = ("Calendar.Event.Read", "Calendar.Event.Write")


class VendorTerminal(Terminal):
    """With a key, and two organisations: of a vendor, and of a customer."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.key: str | None = os.urandom(32).hex()
        self.vendor = self.json("org", "add", "Vendor")["corp_id"]
        self.customer = self.json("org", "add", "客户")["corp_id"]

    def run(self, *arguments: str, typed: str | None = None) -> Result:
        env = {"RILI_DATABASE": self.url, "RILI_SECRET_KEY": self.key}
        return CliRunner().invoke(cli, [*arguments], input=typed, env=env)

    def add(self, kind: str) -> Any:
        return self.json("app", "add", f"An {kind} app", "--kind", kind, "--org", self.vendor)

    def refused(self, *arguments: str) -> str:
        result = self.run(*arguments)
        assert result.exit_code == 1, result.stdout
        assert len(result.stderr.splitlines()) == 1
        return result.stderr


@pytest.fixture
def terminal(database_url: str) -> VendorTerminal:
    migrate(database_url, lambda _: None)
    return VendorTerminal(database_url)


def test_an_enterprise_app_from_beginning_to_end(terminal: VendorTerminal) -> None:
    app = terminal.add("enterprise")
    key, place = app["app_key"], ("--corp", terminal.customer)
    assert (app["kind"], app["corp_id"], key[:5]) == ("enterprise", terminal.vendor, "suite")
    assert app["app_secret"] not in terminal.run("app", "show", key).stdout
    terminal.json("app", "grant", key, *POINTS, "--only")

    assert terminal.json("app", "authorized", "--org", terminal.customer) == {"authorizations": []}
    everything = terminal.json("app", "authorize", key, *place)
    assert everything == {"corp_id": terminal.customer, "app_key": key, "scopes": list(POINTS)}
    less = terminal.json("app", "authorize", key, *place, "--scopes", POINTS[0])
    assert less["scopes"] == [POINTS[0]]
    assert terminal.json("app", "authorized", key) == {"authorizations": [less]}
    assert terminal.json("app", "authorized", "--org", terminal.customer) == {
        "authorizations": [{"name": "An enterprise app", **less}]
    }
    assert "itself: its vendor gives it more" in terminal.refused(
        "app", "authorize", key, *place, "--scopes", "qyapi_get_member"
    )
    assert "No organisation ding0" in terminal.refused("app", "authorize", key, "--corp", "ding0")

    assert len(terminal.json("token", "issue", key, *place)["access_token"]) == 32
    assert "with --corp" in terminal.refused("token", "issue", key)
    assert "has not authorised" in terminal.refused("token", "issue", key, "--corp", terminal.vendor)

    withdrawn = {"corp_id": terminal.customer, "app_key": key, "withdrawn": True}
    assert terminal.json("app", "withdraw", key, *place) == withdrawn
    assert "has not authorised" in terminal.refused("app", "withdraw", key, *place)
    terminal.json("app", "authorize", key, *place)
    assert terminal.json("app", "remove", key)["removed"]
    assert terminal.json("app", "authorized", "--org", terminal.customer) == {"authorizations": []}
    for corp_id in (terminal.vendor, terminal.customer):
        assert terminal.json("org", "remove", corp_id)["removed"]


def test_an_organisation_that_goes_takes_its_authorisations_along(terminal: VendorTerminal) -> None:
    key = terminal.add("enterprise")["app_key"]
    terminal.json("app", "authorize", key, "--corp", terminal.customer)
    terminal.json("token", "issue", key, "--corp", terminal.customer)

    assert terminal.json("org", "remove", terminal.customer)["removed"]
    assert terminal.json("app", "authorized", key) == {"authorizations": []}


def test_tickets(terminal: VendorTerminal) -> None:
    key = terminal.add("enterprise")["app_key"]

    first = terminal.json("app", "ticket", key)
    assert (first["app_key"], len(first["suite_ticket"]), first["fixed"]) == (key, 64, False)
    assert terminal.json("app", "ticket", key) == first
    renewed = terminal.json("app", "ticket", key, "--renew")
    assert renewed["suite_ticket"] != first["suite_ticket"]
    fixed = terminal.json("app", "ticket", key, "--fix", "my-ticket")
    assert (fixed["suite_ticket"], fixed["fixed"]) == ("my-ticket", True)
    assert terminal.json("app", "ticket", key) == fixed
    assert not terminal.json("app", "ticket", key, "--renew")["fixed"]

    assert "1 to 128 letters" in terminal.refused("app", "ticket", key, "--fix", "a ticket")
    assert terminal.run("app", "ticket", key, "--fix", "a", "--renew").exit_code == 2
    for command in ("ticket", "authorized"):
        assert "No app suite0" in terminal.refused("app", command, "suite0")


@pytest.mark.parametrize("kind", ["internal", "personal"])
def test_what_is_for_enterprise_apps(terminal: VendorTerminal, kind: str) -> None:
    """And needs no key."""
    terminal.key = None
    app = terminal.add(kind)
    key = app["app_key"]

    assert (app["kind"], terminal.json("app", "show", key)["kind"]) == (kind, kind)
    assert f"of the kind {kind}" in terminal.refused("app", "ticket", key)
    for command in ("authorize", "withdraw"):
        assert f"of the kind {kind}" in terminal.refused("app", command, key, "--corp", terminal.customer)
    assert terminal.json("app", "set", key, "--new-secret")["app_secret"] != app["app_secret"]
    assert [one["kind"] for one in terminal.json("app", "list", "--org", terminal.vendor)["apps"]] == [kind]
    says = {"personal": "acts with the tokens of people alone", "internal": "is an internal app of"}[kind]
    assert says in terminal.refused("token", "issue", key, "--corp", terminal.customer)
    assert terminal.json("app", "remove", key)["removed"]


def test_the_key(terminal: VendorTerminal) -> None:
    """Without it, or with another, nothing is done that needs it; a lost one is left behind with the apps."""
    key = terminal.add("enterprise")["app_key"]
    good = terminal.key
    needing = [
        ("app", "add", "Another", "--kind", "enterprise", "--org", terminal.vendor),
        ("app", "set", key, "--new-secret"),
        ("app", "ticket", key),
        ("app", "ticket", key, "--renew"),
        ("app", "ticket", key, "--fix", "mine"),
    ]
    before = terminal.json("app", "ticket", key)

    for other, says in (
        (None, "secret_key is not set: "),
        (os.urandom(32).hex(), "secret_key is not the key "),
    ):
        terminal.key = other
        for arguments in needing:
            assert terminal.refused(*arguments).startswith(f"error: {says}")
    terminal.key = "too short"
    told = terminal.refused("app", "ticket", key)
    assert "RILI_SECRET_KEY: secret_key must be 64 hexadecimal digits" in told
    assert "too short" not in told

    terminal.key = good
    assert terminal.json("app", "ticket", key) == before
    assert len(terminal.json("app", "list", "--org", terminal.vendor)["apps"]) == 1
    terminal.key = None
    assert terminal.json("app", "remove", key)["removed"]
    terminal.key = os.urandom(32).hex()
    assert terminal.json("app", "ticket", terminal.add("enterprise")["app_key"])["fixed"] is False


def test_codes(terminal: VendorTerminal) -> None:
    key = terminal.add("internal")["app_key"]
    terminal.json("user", "add", "安", "--userid", "ann", "--org", terminal.vendor)

    made = terminal.json("user", "code", "ann", key, "--org", terminal.vendor)
    assert (made["userid"], made["app_key"], len(made["code"])) == ("ann", key, 32)
    assert "has no user bob" in terminal.refused("user", "code", "bob", key, "--org", terminal.vendor)
    assert "does not act in" in terminal.refused("user", "code", "ann", key, "--org", terminal.customer)
