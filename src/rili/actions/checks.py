"""What an administrator's input must look like. Every refusal names the field and the rule."""

from __future__ import annotations

import re

from rili.errors import InvalidParameter
from rili.model import zones
from rili.model.directory import LANGUAGES

_USERID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}")
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
