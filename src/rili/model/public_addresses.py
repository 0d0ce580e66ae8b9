"""Which addresses are on the public Internet, and which lead into somebody's own network. Pure.

Source: the special-purpose registries of IANA, https://www.iana.org/assignments/iana-ipv4-special-registry and
https://www.iana.org/assignments/iana-ipv6-special-registry.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Network = IPv4Network | IPv6Network

_NOT_PUBLIC_4 = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16",
        "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
        "168.63.129.16/32",  # public by its number, and the metadata of machines on Azure
    )
)  # fmt: skip
_PUBLIC_6 = IPv6Network("2000::/3")
_NOT_PUBLIC_6 = tuple(
    IPv6Network(text) for text in ("2001::/23", "2001:db8::/32", "2620:4f:8000::/48", "3fff::/20")
)
_MAPPED, _NAT64, _SIX_TO_FOUR = (
    IPv6Network("::ffff:0:0/96"),
    IPv6Network("64:ff9b::/96"),
    IPv6Network("2002::/16"),
)


def may_be_reached(address: str, allowed: Sequence[Network] = ()) -> bool:
    """Whether the IP *address* is public, or in one of the networks *allowed*.

    One that stands for an IPv4 address (mapped, NAT64 of RFC 6052, 6to4) is judged as that too.
    """
    try:
        known = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    behind = _behind(known)
    if any(one in network for network in allowed for one in (known, behind)):
        return True
    if isinstance(behind, IPv4Address):
        return not any(behind in network for network in _NOT_PUBLIC_4)
    return behind in _PUBLIC_6 and not any(behind in network for network in _NOT_PUBLIC_6)


def _behind(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that *address* stands for, or else itself."""
    if isinstance(address, IPv6Address):
        if address in _MAPPED or address in _NAT64:
            return IPv4Address(int(address) & 0xFFFFFFFF)
        if address in _SIX_TO_FOUR:
            return IPv4Address(int(address) >> 80 & 0xFFFFFFFF)
    return address
