"""People on the wire of the new family."""

from __future__ import annotations

from msgspec import Struct

from rili.model.directory import User, open_id


class ContactUser(Struct, rename="camel", omit_defaults=True, kw_only=True):
    """Answer of `GET /v1.0/contact/users/{unionId}`. What a person does not have is left out."""

    nick: str
    union_id: str
    open_id: str
    avatar_url: str | None = None
    mobile: str | None = None
    state_code: str | None = None
    email: str | None = None
    visitor: bool

    @classmethod
    def of(cls, user: User, *, app_key: str, with_mobile: bool) -> ContactUser:
        return cls(
            nick=user.name,
            union_id=user.union_id,
            open_id=open_id(app_key, user.union_id),
            avatar_url=user.avatar,
            mobile=user.mobile if with_mobile else None,
            state_code=user.state_code if with_mobile else None,
            email=user.email,
            visitor=False,
        )
