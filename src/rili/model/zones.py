"""Time zones, read from the `tzdata` package alone.

Nodes of one server must agree on every transition, so the zone files of the machine are never read;
the version of the package is stored with the instants derived from it.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

import tzdata

VERSION: str = tzdata.IANA_VERSION


@cache
def _names() -> frozenset[str]:
    return frozenset(resources.files("tzdata").joinpath("zones").read_text("ascii").split())


def known(name: str) -> bool:
    """Whether *name* is in the tz database, spelled as there; old names that are kept as links count."""
    return name in _names()


@cache
def zone(name: str) -> ZoneInfo:
    """The zone of that name. Raises KeyError when the tz database has none."""
    if not known(name):
        raise KeyError(name)
    with resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)
