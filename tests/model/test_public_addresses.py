from __future__ import annotations

from ipaddress import ip_network

import pytest

from rili.model.public_addresses import may_be_reached

PUBLIC = {
    "any": "93.184.216.34",
    "above the private 172": "172.32.0.1",
    "below shared": "100.63.255.255",
    "above shared": "100.128.0.0",
    "IPv6": "2606:2800:220:1:248:1893:25c8:1946",
    "mapped": "::ffff:93.184.216.34",
    "NAT64": "64:ff9b::5db8:d822",
    "6to4": "2002:5db8:d822::1",
}

NOT_PUBLIC = {
    "loopback": "127.0.0.1",
    "loopback, another": "127.255.255.254",
    "loopback, IPv6": "::1",
    "loopback, mapped": "::ffff:127.0.0.1",
    "loopback, NAT64": "64:ff9b::7f00:1",
    "loopback, 6to4": "2002:7f00:1::",
    "loopback, IPv4-compatible": "::7f00:1",
    "private 10": "10.1.2.3",
    "private 172": "172.16.0.1",
    "private 172, last": "172.31.255.255",
    "private 192": "192.168.0.1",
    "private, mapped": "::ffff:10.1.2.3",
    "private, NAT64": "64:ff9b::a01:203",
    "NAT64 of a network's own": "64:ff9b:1::5db8:d822",
    "unique local": "fd00::1",
    "site local": "fec0::1",
    "link local": "169.254.1.1",
    "link local, IPv6": "fe80::1",
    "link local with its zone": "fe80::1%eth0",
    "shared": "100.64.0.1",
    "metadata": "169.254.169.254",
    "metadata, IPv6": "fd00:ec2::254",
    "metadata of Alibaba": "100.100.100.200",
    "metadata of Azure": "168.63.129.16",
    "metadata of Oracle": "192.0.0.192",
    "unspecified": "0.0.0.0",
    "unspecified, IPv6": "::",
    "this network": "0.1.2.3",
    "multicast": "224.0.0.1",
    "multicast, IPv6": "ff0e::1",
    "broadcast": "255.255.255.255",
    "reserved": "240.0.0.1",
    "documentation": "198.51.100.1",
    "documentation, IPv6": "2001:db8::1",
    "documentation, IPv6, another": "3fff::1",
    "benchmarks": "198.18.0.1",
    "Teredo": "2001::1",
    "discard": "100::1",
    "no address": "localhost",
    "no canonical address": "127.1",
    "nothing": "",
}


@pytest.mark.parametrize("address", PUBLIC.values(), ids=PUBLIC.keys())
def test_public(address: str) -> None:
    assert may_be_reached(address)


@pytest.mark.parametrize("address", NOT_PUBLIC.values(), ids=NOT_PUBLIC.keys())
def test_not_public(address: str) -> None:
    assert not may_be_reached(address)


@pytest.mark.parametrize(
    ("address", "reached"),
    [
        ("10.1.2.3", True),
        ("::ffff:10.1.2.3", True),
        ("64:ff9b::a01:203", True),
        ("11.1.2.3", True),
        ("fd00::7", True),
        ("fd01::7", False),
        ("127.0.0.1", False),
        ("192.168.0.1", False),
    ],
)
def test_allowed_besides(address: str, reached: bool) -> None:
    assert may_be_reached(address, [ip_network("10.0.0.0/8"), ip_network("fd00::/16")]) is reached
