"""Who somebody is who fills in a page: a name, and the password that goes with it."""

from __future__ import annotations

import asyncio

from rili.api.http import Request
from rili.auth.passwords import is_password
from rili.model.directory import User, email_key
from rili.store import users
from rili.store.db import Tx


async def who(request: Request, corp_id: str, name: str, password: str) -> User | None:
    """The person of that organisation whose userid, mobile number or mail address is *name*, and whose is *password*.

    A wrong name takes as long as a wrong password.
    """
    name = name.strip()
    user, password_hash = await request.service.db.read(lambda tx: _find(tx, corp_id, name))
    right = await asyncio.to_thread(is_password, password, password_hash)
    return user if right else None


def _find(tx: Tx, corp_id: str, name: str) -> tuple[User | None, str | None]:
    user = users.by_userid(tx, corp_id, name) or users.by_mobile(tx, corp_id, name)
    if user is None:
        for union_id in users.by_email_keys(tx, corp_id, [email_key(name)]).values():
            user = users.by_union_id(tx, corp_id, union_id)
    if user is None:
        return None, None
    return user, users.password_hash(tx, corp_id, user.userid)
