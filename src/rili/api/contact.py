"""People and departments, in the new family."""

from __future__ import annotations

from typing import TypeVar

import msgspec
from msgspec import UNSET, UnsetType
from starlette.responses import Response

from rili.actions import contacts
from rili.api.events import check_own
from rili.api.http import Request, json_answer, storable
from rili.auth.callers import require
from rili.errors import InvalidParameter, ParameterError
from rili.model import scopes
from rili.model.app_kinds import INTERNAL
from rili.model.search_words import CHARACTERS
from rili.wire.contact import (
    BatchUser,
    BatchUsers,
    ContactUser,
    FoundDepartments,
    FoundUsers,
    SearchDepartmentRequest,
    SearchUserRequest,
)

Body = TypeVar("Body")

PAGE = 100
LAST_OFFSET = 100_000
BATCH = 100
USERID_CHARACTERS = 64


async def get_user(request: Request) -> Response:
    """GET /v1.0/contact/users/{unionId}"""
    caller = await request.caller()
    union_id = request.path["unionId"]
    if union_id == "me":
        if caller.union_id is None:
            # decision 14
            raise InvalidParameter(description="`me` needs a user token; with an app token name the unionId")
        union_id = caller.union_id
    check_own(caller, "unionId", union_id)
    user = await request.service.db.read(lambda tx: contacts.user_by_union_id(tx, caller, union_id))
    return json_answer(
        ContactUser.of(
            user,
            app_key=caller.app_key,
            internal=caller.kind == INTERNAL,
            with_mobile=scopes.USER_MOBILE in caller.scopes,
        )
    )


async def search_users(request: Request) -> Response:
    """POST /v1.0/contact/users/search"""
    caller = await request.caller()
    asked = await _read(request, SearchUserRequest)
    word, offset, size = _search(asked)
    if asked.full_match_field not in (UNSET, None, 1):
        raise ParameterError(description="fullMatchField: 1, or not sent")
    whole = asked.full_match_field == 1
    found = await request.service.db.read(
        lambda tx: contacts.search(tx, caller, "user", word, whole=whole, offset=offset, size=size)
    )
    return json_answer(FoundUsers(offset + len(found.ids) < found.total, found.total, found.ids))


async def search_departments(request: Request) -> Response:
    """POST /v1.0/contact/departments/search"""
    caller = await request.caller()
    word, offset, size = _search(await _read(request, SearchDepartmentRequest))
    found = await request.service.db.read(
        lambda tx: contacts.search(tx, caller, "department", word, offset=offset, size=size)
    )
    ids = [int(dept_id) for dept_id in found.ids]
    return json_answer(FoundDepartments(offset + len(ids) < found.total, found.total, ids))


async def batch_get_users(request: Request) -> Response:
    """GET /v1.0/contact/users/batch/get"""
    caller = await request.caller()
    if (code := request.query.get("permissionCode")) is not None:
        if code not in scopes.ALL:
            raise InvalidParameter(description="permissionCode: no such permission point")
        require(caller, code)
    userids, internal = _userids(request.query.get("userIdList")), caller.kind == INTERNAL
    found = await request.service.db.read(lambda tx: contacts.users_by_userids(tx, caller, userids))
    shown = [
        BatchUser.of(
            found[userid],
            with_mobile=internal and scopes.USER_MOBILE in caller.scopes,
            with_remark=internal and scopes.USER_READ in caller.scopes,
        )
        for userid in userids
        if userid in found
    ]
    return json_answer(BatchUsers(shown, [userid for userid in userids if userid not in found]))


def _userids(given: str | None) -> list[str]:
    """The ids of a JSON array, as the SDK writes it into the query. Raises InvalidParameter."""
    try:
        userids = list(dict.fromkeys(msgspec.json.decode(given or "[]", type=list[str])))
    except (msgspec.DecodeError, RecursionError):
        raise InvalidParameter(description="userIdList: expected a JSON array of userids") from None
    if not 1 <= len(userids) <= BATCH:
        raise InvalidParameter(description=f"userIdList: 1 to {BATCH} userids")
    for userid in userids:
        if not storable(userid) or len(userid) > USERID_CHARACTERS:
            raise InvalidParameter(
                description=f"userIdList: a userid has {USERID_CHARACTERS} characters at most"
            )
    return userids


async def _read(request: Request, kind: type[Body]) -> Body:
    """The body; what is wrong with it has this page's own code. Raises ParameterError, Missingbody."""
    try:
        return await request.read(kind)
    except InvalidParameter as wrong:
        if wrong.status != InvalidParameter.status:
            raise
        raise ParameterError(description=wrong.description) from None


def _search(asked: SearchUserRequest | SearchDepartmentRequest) -> tuple[str, int, int]:
    """The word, the offset and the size. Raises ParameterError."""
    word = asked.query_word
    if isinstance(word, UnsetType) or not word.strip():
        raise ParameterError(description="queryWord: it is required, and must not be blank")
    if len(word) > CHARACTERS or not storable(word):
        raise ParameterError(description=f"queryWord: {CHARACTERS} characters at most, none of them NUL")
    offset, size = asked.offset, asked.size
    if isinstance(offset, UnsetType) or not 0 <= offset <= LAST_OFFSET:
        raise ParameterError(description=f"offset: a number from 0 to {LAST_OFFSET} is required")
    if isinstance(size, UnsetType) or not 1 <= size <= PAGE:
        raise ParameterError(description=f"size: a number from 1 to {PAGE} is required")
    return word, offset, size
