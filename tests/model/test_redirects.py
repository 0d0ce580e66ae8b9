"""Where an app may send people on to (decision 63)."""

from __future__ import annotations

import pytest

from rili.errors import InvalidParameter
from rili.model.redirects import allows, check, with_query

APP = "https://app.example/cb"


@pytest.mark.parametrize(
    ("registered", "wanted", "allowed"),
    [
        pytest.param(APP, APP, True, id="the same"),
        pytest.param(APP, APP + "/dingtalk?from=1", True, id="below, with a query"),
        pytest.param(APP, "https://app.example:443/cb", True, id="the scheme's port"),
        pytest.param(APP, "https://APP.example/cb", True, id="a host has no case"),
        pytest.param(APP, APP + "2", False, id="a longer segment"),
        pytest.param(APP, "https://app.example/", False, id="above"),
        pytest.param(APP, "https://app.example/cb/../x", False, id="dot segment"),
        pytest.param(APP, "https://app.example/cb/%2E%2e/x", False, id="encoded dot segment"),
        pytest.param(APP, "https://app.example/cb/..%2Fx", False, id="encoded slash"),
        pytest.param(APP, "http://app.example/cb", False, id="another scheme"),
        pytest.param(APP, "https://app.example:8443/cb", False, id="another port"),
        pytest.param(APP, "https://app.example.evil.example/cb", False, id="a longer host"),
        pytest.param(APP, "https://app.example@evil.example/cb", False, id="a user"),
        pytest.param(APP, "https://evil.example\\@app.example/cb", False, id="a backslash"),
        pytest.param(APP, "https://app.example/cb#x", False, id="a fragment"),
        pytest.param(APP, "https://app.example/cb\n", False, id="a line break"),
        pytest.param(APP, "//app.example/cb", False, id="no scheme"),
        pytest.param(APP, "https://app.example:x/cb", False, id="no port"),
        pytest.param(APP, APP + "/" + "x" * 2048, False, id="too long"),
        pytest.param(APP, "", False, id="nothing"),
        pytest.param("http://127.0.0.1", "http://127.0.0.1:9000/cb", True, id="loopback, any port"),
        pytest.param("http://127.0.0.1:90", "http://127.0.0.1:9000/cb", False, id="loopback, its port"),
        pytest.param("https://app.example", "https://app.example/any", True, id="a whole origin"),
        pytest.param(
            "https://app.example", "https://app.example:90/", False, id="any port is not for others"
        ),
    ],
)
def test_allows(registered: str, wanted: str, allowed: bool) -> None:
    assert allows(registered, wanted) is allowed


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "https://", "https://a b", "https://u@h/", "https://h/?q", "x"]
)
def test_what_cannot_be_registered(url: str) -> None:
    with pytest.raises(InvalidParameter, match="A redirect address is"):
        check(url)


def test_a_query_is_added_to() -> None:
    assert with_query("https://h/cb?a=1", code="2", state="甲") == "https://h/cb?a=1&code=2&state=%E7%94%B2"
