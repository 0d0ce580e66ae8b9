"""What an administrator's input must look like. Every refusal names the field and the rule."""

from __future__ import annotations

import re
from collections.abc import Collection

import msgspec

from rili.errors import InvalidParameter
from rili.model import zones
from rili.model.directory import LANGUAGES, USER_FLAGS, User

_USERID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}")
_SHORT_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_UNION_ID = re.compile(r"[A-Za-z0-9]{8,64}")
_MOBILE = re.compile(r"[0-9]{5,15}")
_STATE_CODE = re.compile(r"[1-9][0-9]{0,3}")
_EMAIL = re.compile(r"[^\s@<>,;\"\\]{1,64}@[^\s@<>,;\"\\.]+(?:\.[^\s@<>,;\"\\.]+)*")


def text(field: str, value: str, most: int) -> str:
    """*value* without spaces around it. Raises InvalidParameter when nothing is left."""
    if kept := optional_text(field, value, most):
        return kept
    raise InvalidParameter(f"{field} is empty")


def optional_text(field: str, value: str | None, most: int) -> str | None:
    """*value* without spaces around it, None for nothing."""
    kept = (value or "").strip()
    if len(kept) > most:
        raise InvalidParameter(f"{field} is longer than {most} characters")
    if any(char < " " or char == "\x7f" or "\ud800" <= char <= "\udfff" for char in kept):
        raise InvalidParameter(f"{field} holds control characters or no valid text")
    return kept or None


def short_id(field: str, value: str) -> str:
    """An id that an administrator may choose."""
    if not _SHORT_ID.fullmatch(value):
        raise InvalidParameter(f"{field} is 1 to 64 letters, digits, _ and -")
    return value


def one_more(kind: str, kinds: str, id_: str, known: Collection[str], most: int) -> None:
    """Whether *id_* may be added to those that are *known*, of which there are at most *most*."""
    short_id(f"{kind} id", id_)
    if id_ in known:
        raise InvalidParameter(f"{kind.capitalize()} {id_} exists already")
    if len(known) >= most:
        raise InvalidParameter(f"There are {most} {kinds}; more are too many")


def flags(known: tuple[str, ...], value: frozenset[str]) -> frozenset[str]:
    if unknown := sorted(value - set(known)):
        raise InvalidParameter(f"No such flag: {', '.join(unknown)}; there are {', '.join(known)}")
    return value


def extension(value: str | None) -> str | None:
    """A JSON object as text, of 2,000 characters at most. Source: "Query user details"."""
    kept = optional_text("extension", value, 2000)
    if kept:
        try:
            read: object = msgspec.json.decode(kept)
        except (msgspec.DecodeError, RecursionError):
            read = None
        if not isinstance(read, dict):
            raise InvalidParameter("extension is not the text of a JSON object")
    return kept


def number(field: str, value: int, least: int, most: int) -> int:
    if not least <= value <= most:
        raise InvalidParameter(f"{field} is a number from {least} to {most}")
    return value


def userid(value: str) -> str:
    if not _USERID.fullmatch(value):
        raise InvalidParameter("userid is 1 to 64 letters, digits, _ - . @ and starts with a letter or digit")
    return value


def union_id(value: str) -> str:
    if not _UNION_ID.fullmatch(value):
        raise InvalidParameter("unionId is 8 to 64 letters and digits")
    return value


def mobile(value: str | None) -> str | None:
    if not value:
        return None
    if not _MOBILE.fullmatch(value):
        raise InvalidParameter("mobile is 5 to 15 digits; the country goes into the state code")
    return value


def state_code(value: str | None) -> str | None:
    if not value:
        return None
    if not _STATE_CODE.fullmatch(value):
        raise InvalidParameter("state code is 1 to 4 digits, such as 86")
    return value


def email(value: str | None) -> str | None:
    kept = optional_text("email", value, 254)
    if kept and not _EMAIL.fullmatch(kept):
        raise InvalidParameter(f"email {kept} is no mail address")
    return kept


def zone(value: str) -> str:
    if not zones.known(value):
        raise InvalidParameter(f"zone {value!r} is not in the tz database; one that is: Asia/Shanghai")
    return value


def language(value: str) -> str:
    if value not in LANGUAGES:
        raise InvalidParameter(f"language is one of {', '.join(LANGUAGES)}")
    return value


def person(user: User) -> User:
    """*user* with its texts trimmed; raises InvalidParameter for what may not be stored."""
    number_of_user = mobile(user.mobile)
    return msgspec.structs.replace(
        user,
        name=text("name", user.name, 80),
        mobile=number_of_user,
        state_code=state_code(user.state_code) or ("86" if number_of_user else None),
        email=email(user.email),
        title=optional_text("title", user.title, 200),
        job_number=optional_text("job number", user.job_number, 50),
        avatar=optional_text("avatar", user.avatar, 1000),
        nickname=optional_text("nickname", user.nickname, 80),
        remark=optional_text("remark", user.remark, 2000),
        work_place=optional_text("work place", user.work_place, 100),
        telephone=optional_text("telephone", user.telephone, 50),
        org_email=email(user.org_email),
        extension=extension(user.extension),
        hired_ms=None if user.hired_ms is None else number("hired date", user.hired_ms, 0, 2**53),
        flags=flags(USER_FLAGS, user.flags),
        manager_userid=user.manager_userid or None,
        zone=zone(user.zone) if user.zone else None,
        language=language(user.language) if user.language else None,
    )
