"""The members of the API that refusals about rooms name, as options of `rili room`."""

from __future__ import annotations

import re

_OPTIONS = {
    "minReservationTimeInterval": "--min-minutes",
    "maxReservationTimeInterval": "--max-minutes",
    "advanceBookTimeFormat": "--ahead-from",
    "taskStartTime": "--from",
    "startTime": "--from",
    "taskEndTime": "--until",
    "endTime": "--until",
    "reservationAuthority.authorizedMembers": "--member",
    "authorizedMembers": "--member",
    "roomStatus 2": "--for some",
    "roomLabelIds": "--label",
    "groupId": "--group",
    "roomCapacity": "--capacity",
}
_NAMED = re.compile("|".join(rf"\b{re.escape(name)}\b" for name in _OPTIONS))


def as_options(description: str) -> str:
    """*description* with the options that an administrator types in the place of what the API calls them."""
    return _NAMED.sub(lambda found: _OPTIONS[found[0]], description)
