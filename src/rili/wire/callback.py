"""What apps get by HTTP callback, in clear, and how what they did not get is listed.

Source: DingTalk "event-calendar-event-change", "obtain-the-event-list-of-failed-push-messages"; event_1_0 of its SDK.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType, field

Json = dict[str, Any]

CHECK_URL: Json = {"EventType": "check_url"}

_ONE_SPELLING = frozenset({"operator"})


def check_suite_url(suite_key: str, random: str, *, again: bool) -> Json:
    """What the address of an enterprise app is checked with; the answer is *random*. *again*: it had one before."""
    event_type = "check_update_suite_url" if again else "check_create_suite_url"
    return {"EventType": event_type, "Random": random, "TestSuiteKey": suite_key}


def plaintext(event_type: str, event_id: str, born_ms: int, corp_id: str, body: str) -> Json:
    """The business object *body*, as stream clients get it, flattened into its envelope; every member in the two
    spellings that are about (decision 94).
    """
    envelope = _spelled(
        {
            "EventType": event_type,
            "EventTime": born_ms,
            "CorpId": corp_id,
            "BizId": str(int.from_bytes(sha256(event_id.encode()).digest()[:7])),
            "EventId": event_id,
        }
    )
    members: Json = msgspec.json.decode(body)
    return envelope | _spelled({"TimeStamp": born_ms}) | _spelled(members) | envelope


def _spelled(members: Json) -> Json:
    spelled: Json = {}
    for name, value in members.items():
        spelled[name] = value
        if name not in _ONE_SPELLING:
            first, rest = name[:1], name[1:]
            spelled[(first.lower() if first.isupper() else first.upper()) + rest] = value
    return spelled


class RegisterCallBack(Struct, frozen=True):
    """Body of register_call_back and update_call_back."""

    call_back_tag: list[str]
    token: str
    aes_key: str
    url: str


class CallBackDone(Struct, kw_only=True):
    """Answer of register_call_back, update_call_back and delete_call_back."""

    errcode: int = 0
    errmsg: str = "ok"


class CallBack(Struct, kw_only=True):
    """Answer of get_call_back; one that fails has `errcode` and `errmsg` alone."""

    errcode: int = 0
    errmsg: str = "ok"
    call_back_tag: list[str] | UnsetType = UNSET
    token: str | UnsetType = UNSET
    aes_key: str | UnsetType = UNSET
    url: str | UnsetType = UNSET


class CallBackFailedResult(Struct, kw_only=True):
    """Answer of get_call_back_failed_result."""

    errcode: int = 0
    errmsg: str = "ok"
    has_more: bool | UnsetType = UNSET
    failed_list: list[Json] | UnsetType = UNSET


def old_failed(told: Json) -> Json:
    """An item of its `failed_list`; *told* is a `plaintext`."""
    tag = told["EventType"]
    userids = told.get("userId")
    what: Json
    if tag.startswith("user_") and userids is not None:
        what = {"userid": userids if isinstance(userids, list) else [userids]}
    elif tag.startswith("label_"):
        what = {"roleLabelChange": told}
    else:
        what = {"callbackData": told}
    return {
        "call_back_tag": tag,
        "event_time": told["EventTime"],
        tag: {"corpid": told["CorpId"], **what},
    }


class FailedCallback(Struct, frozen=True):
    """One that an app did not get. call_back_data: the JSON text that it would have decrypted."""

    call_back_data: str = field(name="callBackData")
    call_back_tag: str = field(name="callBackTag")
    corp_id: str = field(name="corpId")
    event_time: int = field(name="eventTime")


class FailedCallbacks(Struct, frozen=True):
    """Answer of GetCallBackFaileResult."""

    failed_list: list[FailedCallback] = field(name="failedList")
    has_more: bool = field(name="hasMore")


def new_failed(told: Json) -> FailedCallback:
    """An item of its `failedList`; *told* is a `plaintext`."""
    return FailedCallback(
        msgspec.json.encode(told).decode(), told["EventType"], told["CorpId"], told["EventTime"]
    )
