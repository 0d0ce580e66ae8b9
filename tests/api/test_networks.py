"""From where an app may call."""

from __future__ import annotations

import pytest

from rili.actions import register
from rili.errors import InvalidParameter
from tests.api.conftest import Office
from tests.people import SharedDatabase


def allow(database: SharedDatabase, office: Office, *networks: str) -> None:
    database.write(lambda tx: register.set_app(tx, office.corp_id, office.app_key, networks=networks))


@pytest.mark.parametrize(
    ("networks", "client", "allowed"),
    [
        pytest.param([], "192.0.2.7", True, id="anywhere"),
        pytest.param(["192.0.2.0/24"], "192.0.2.7", True, id="within"),
        pytest.param(["192.0.2.0/24"], "198.51.100.7", False, id="elsewhere"),
        pytest.param(["192.0.2.7"], "192.0.2.7", True, id="one address"),
        pytest.param(["192.0.2.7"], "192.0.2.8", False, id="its neighbour"),
        pytest.param(["198.51.100.0/24", "2001:db8::/32"], "2001:db8::1", True, id="IPv6"),
        pytest.param(["192.0.2.0/24"], "::ffff:192.0.2.7", True, id="IPv4 within IPv6"),
        pytest.param(["192.0.2.0/24"], "2001:db8::1", False, id="another family"),
        pytest.param(["fe80::/10"], "fe80::1%eth0", True, id="with a zone"),
        pytest.param(["192.0.2.0/24"], "a socket", False, id="no address"),
    ],
)
def test_from_where(
    office: Office, shared_database: SharedDatabase, networks: list[str], client: str, allowed: bool
):
    headers = office.token()
    allow(shared_database, office, *networks)
    path = f"/v1.0/contact/users/{office.ann.union_id}"

    answer = office.call("GET", path, headers=headers, client=client)

    if allowed:
        assert answer.status == 200
    else:
        assert (answer.status, answer.json["code"], answer.json["message"]) == (
            403, "Forbidden.AccessDenied.IpNotInWhiteList", "访问ip不在白名单之中",
        )  # fmt: skip
        assert client in answer.json["description"]


def test_the_old_family_says_so_in_its_way(office: Office, shared_database: SharedDatabase):
    allow(shared_database, office, "198.51.100.0/24")

    wrapped = office.topapi("v2/user/get", {"userid": "ann"})
    token = office.token()["x-acs-dingtalk-access-token"]
    plain = office.call("GET", f"/auth/scopes?access_token={token}").json

    assert (wrapped["errcode"], wrapped["sub_code"]) == (88, "60020")
    assert plain["errcode"] == 60020


@pytest.mark.parametrize(
    ("networks", "problem"),
    [
        pytest.param(["10.0.0.1/8"], "with no bits set after the prefix", id="bits"),
        pytest.param(["somewhere"], "'somewhere' is no address", id="a name"),
        pytest.param([f"10.0.{number}.0/24" for number in range(101)], "at most 100", id="many"),
    ],
)
def test_what_is_no_network(
    office: Office, shared_database: SharedDatabase, networks: list[str], problem: str
):
    with pytest.raises(InvalidParameter, match=problem):
        allow(shared_database, office, *networks)
