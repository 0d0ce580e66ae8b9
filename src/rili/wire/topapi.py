"""The old family on the wire: form or JSON in, one envelope with `errcode` out."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import parse_qsl

import msgspec
from msgspec import Struct

from rili.errors import LegacyFailure

BUSY = LegacyFailure(-1, "系统繁忙")
"""What the new family answers with 503."""

_ID_LETTERS = "0123456789abcdefghijklmnpqrstuvy"


class Envelope(Struct, omit_defaults=True, kw_only=True):
    """What every answer of the old family is: `errcode` 0, or a failure and what lies below it."""

    errcode: int
    errmsg: str
    request_id: str = ""
    sub_code: str = ""
    sub_msg: str = ""


def read_form(content_type: str | None, body: bytes) -> dict[str, Any] | None:
    """The members of a form, or None for JSON, which is told by its type or its first letter.

    Raises:
        LegacyFailure: more members than any call has.
    """
    if "json" in (content_type or "") or body.lstrip()[:1] == b"{":
        return None
    try:
        return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=100))
    except ValueError:
        raise LegacyFailure(400002, "参数错误") from None


def read_json(body: bytes) -> dict[str, Any]:
    """The members of a JSON object; none for no body. Raises LegacyFailure for anything else."""
    if not body.strip():
        return {}
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise LegacyFailure(400002, "参数错误") from None
    if not isinstance(value, dict):
        raise LegacyFailure(400002, "参数错误")
    return cast("dict[str, Any]", value)


def success(result: object, request_id: str) -> dict[str, object]:
    return {"errcode": 0, "errmsg": "ok", "result": result, "request_id": request_id}


def failure(failure: LegacyFailure, request_id: str | None) -> dict[str, object]:
    """The envelope: what lies below is named beside and within `errmsg`, exactly as observed."""
    answer: dict[str, object] = {"errcode": failure.errcode}
    below: list[str] = []
    if failure.sub_code is not None:
        answer["sub_code"] = failure.sub_code
        below.append(f"subcode={failure.sub_code}")
    if failure.sub_msg is not None:
        answer["sub_msg"] = failure.sub_msg
        below.append(f"submsg={failure.sub_msg}")
    answer["errmsg"] = f"{failure.errmsg}[{','.join(below)}]" if below else failure.errmsg
    if request_id is not None:
        answer["request_id"] = request_id
    return answer


def request_id(random: bytes) -> str:
    """Thirteen letters and digits, from eight bytes."""
    number = int.from_bytes(random[:8], "big")
    return "".join(_ID_LETTERS[number >> shift & 31] for shift in range(60, -1, -5))
