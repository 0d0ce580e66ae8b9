"""People, in the new family."""

from __future__ import annotations

from starlette.responses import Response

from rili.actions.contacts import user_by_union_id
from rili.api.events import check_own
from rili.api.http import Request, json_answer
from rili.errors import InvalidParameter
from rili.model import scopes
from rili.wire.contact import ContactUser


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
    user = await request.service.db.read(lambda tx: user_by_union_id(tx, caller.corp_id, union_id))
    return json_answer(
        ContactUser.of(user, app_key=caller.app_key, with_mobile=scopes.USER_MOBILE in caller.scopes)
    )
