"""Signing in to events and out of them, as DingTalk's JSON spells it."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

Millis = Annotated[int, Meta(description="Epoch milliseconds, of the first time. 毫秒时间戳。")]
NextToken = Annotated[str | None, Meta(description="Null on the last page. 分页标识，末页为 null。")]


class CheckedIn(Struct, frozen=True, rename="camel"):
    """When this person signed in."""

    check_in_time: Millis


class CheckedOut(Struct, frozen=True, rename="camel"):
    """When this person signed out."""

    check_out_time: Millis


class SignInUser(Struct, frozen=True, rename="camel"):
    """One person; `userId` is a unionId. Without a time who has not signed in yet."""

    user_id: str
    display_name: str
    check_in_time: Millis | UnsetType = UNSET


class SignOutUser(Struct, frozen=True, rename="camel"):
    """One person; `userId` is a unionId. Without a time who has not signed out yet."""

    user_id: str
    display_name: str
    check_out_time: Millis | UnsetType = UNSET


class SignInList(Struct, frozen=True, rename="camel"):
    """One page of who signed in, or has not yet."""

    users: tuple[SignInUser, ...]
    next_token: NextToken = None


class SignOutList(Struct, frozen=True, rename="camel"):
    """One page of who signed out, or has not yet."""

    users: tuple[SignOutUser, ...]
    next_token: NextToken = None


class SignInLink(Struct, frozen=True, rename="camel"):
    """Where people sign in."""

    sign_in_link: str


class SignOutLink(Struct, frozen=True, rename="camel"):
    """Where people sign out."""

    sign_out_link: str
