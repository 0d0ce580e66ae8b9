"""Failures of rooms, their groups and their blacklist."""

from __future__ import annotations

from rili.errors import Failure


class RoomParameter(Failure):
    """400 `param.error`; where the reference has `Error:%s`, *error* is what follows it, such as `lack roomName`."""

    code = "param.error"
    message = "Param Error"

    def __init__(self, error: str | None = None, *, description: str) -> None:
        super().__init__(f"Error:{error}" if error else None, description=description)


class RoomNameUnsafe(Failure):
    """400 `room.name.unsafe`: a name with characters that do not show, or turn the text around them."""

    code = "room.name.unsafe"
    message = "Room Name Unsafe"


class RoomNotFound(Failure):
    """400 `room.not.found`, also of a room that the person may not see."""

    code = "room.not.found"
    message = "Room Not Found"


class RoomExists(Failure):
    """400 `room.exist`: the name is another room's. The reference spells it so."""

    code = "room.exist"
    message = "Room Exsit"


class UserNotAdmin(Failure):
    """400 `user.not.admin`: only administrators change rooms."""

    code = "user.not.admin"
    message = "User Not Admin"


class UserNotEmployee(Failure):
    """400 `user.not.employee`: only members of the organisation look at rooms."""

    code = "user.not.employee"
    message = "User Not Employee"


class UserNotInOrg(Failure):
    """400 `user.not.org`: who is to be put on the blacklist is nobody here."""

    code = "user.not.org"
    message = "User Not In Org"


class UserOverLimit(Failure):
    """400 `user.over.limit`: more people in one call than it takes off the blacklist."""

    code = "user.over.limit"
    message = "User Over Limit"


class GroupNotFound(Failure):
    """400 `group.not.found`; of a parent the message is `Parent Group Not Found`."""

    code = "group.not.found"
    message = "Group Not Found"


class GroupTooMuch(Failure):
    """400 `group.too.much`: as many groups as an organisation may have."""

    code = "group.too.much"
    message = "Group Too Much"


class DepthOverLimit(Failure):
    """400 `depth.over.limit`: the group would be too deep below the top."""

    code = "depth.over.limit"
    message = "Group Depth Over Limit"
