from __future__ import annotations

from contextlib import nullcontext

import pytest

from rili.errors import CallbackRefused
from rili.model.push_rules import check_url


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        pytest.param("https://vendor.example/sync", True, id="TLS"),
        pytest.param("http://vendor.example/sync", False, id="no TLS"),
        pytest.param("http://127.0.0.1:8080/sync", True, id="this machine"),
        pytest.param("http://[::1]:8080/sync", True, id="this machine, IPv6"),
        pytest.param("http://localhost:8080/sync", True, id="this machine, by name"),
        pytest.param("http://10.0.0.1/sync", False, id="another machine inside"),
        pytest.param("http://127.0.0.1.example/sync", False, id="a name that looks like this machine"),
        pytest.param("ftp://127.0.0.1/sync", False, id="no HTTP"),
    ],
)
def test_where_tls_must_be(url: str, allowed: bool) -> None:
    with nullcontext() if allowed else pytest.raises(CallbackRefused):
        check_url(url, tls=True)
