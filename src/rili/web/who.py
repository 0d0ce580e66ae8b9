"""Who somebody is who fills in a page: a name, and the password that goes with it."""

from __future__ import annotations

from rili.actions import password_tries, user_tokens
from rili.api.http import Request
from rili.auth.passwords import verify_password
from rili.model.directory import User
from rili.store.db import Tx

NAME_CHARACTERS = 128


async def who(request: Request, corp_id: str, name: str, password: str) -> tuple[User, str] | None:
    """Who of that organisation has the userid, mobile number or mail address *name* and *password*, and its hash.

    A wrong name takes as long as a wrong password, and counts as one. Raises TooManyTries (decision 64).
    """
    name, now_ms, db = name.strip(), request.now_ms, request.service.db
    if not name or len(name) > NAME_CHARACTERS:
        return None
    account = password_tries.account_key(corp_id, name)
    address = password_tries.address_key(request.address)

    def begin(tx: Tx) -> tuple[User, str] | None:
        password_tries.begin(tx, account, address, now_ms=now_ms)
        return user_tokens.find_person(tx, corp_id, name)

    found = await db.write(begin)
    right = await verify_password(password, found[1] if found else None)
    if not right or found is None:
        return None
    await db.write(lambda tx: password_tries.succeeded(tx, account, address, now_ms=now_ms))
    return found
