"""Who there is: organisations, departments, people, apps."""

from __future__ import annotations

from base64 import b32encode, b64encode, urlsafe_b64encode
from hashlib import sha256

from msgspec import UNSET, Struct, UnsetType

from rili.model.app_kinds import AppKind
from rili.model.ids import NewBytes, opaque_id

ROOT_DEPT_ID = 1
LANGUAGES = ("zh_CN", "en_US")


class Organisation(Struct, frozen=True, kw_only=True):
    """A company. Its zone and language serve every person who has none of their own."""

    corp_id: str
    name: str
    zone: str = "Asia/Shanghai"
    language: str = "zh_CN"
    created_ms: int


DEPARTMENT_FLAGS = (
    "auto_add_user",
    "auto_approve_apply",
    "create_dept_group",
    "group_contain_sub_dept",
    "hide_dept",
    "outer_dept",
)
"""What an app is told of a department; Rili has no groups and hides nobody (decision 66)."""

USER_FLAGS = ("boss", "exclusive_account", "hide_mobile", "real_authed", "senior")
"""What an app is told of a person; nothing here follows from it (decision 66)."""


class Department(Struct, frozen=True, kw_only=True):
    """A department. Only the root, number 1, has no parent."""

    corp_id: str
    dept_id: int
    parent_id: int | None
    name: str
    sort_order: int = 0
    """Its place among its siblings, the lowest first."""
    flags: frozenset[str] = frozenset()
    """Of DEPARTMENT_FLAGS, those that are true."""


class Role(Struct, frozen=True, kw_only=True):
    """What people are besides their departments: 主管理员 in the group 默认, for one."""

    corp_id: str
    role_id: int
    group_name: str
    name: str


class Membership(Struct, frozen=True, kw_only=True):
    """A person's place in one department."""

    dept_id: int
    leader: bool
    sort_order: int


class User(Struct, frozen=True, kw_only=True):
    """A person in the directory. Who left keeps the row, with active False, so that events stay readable."""

    corp_id: str
    userid: str
    union_id: str
    name: str
    mobile: str | None = None
    state_code: str | None = None
    email: str | None = None
    title: str | None = None
    job_number: str | None = None
    avatar: str | None = None
    nickname: str | None = None
    """Another name that finds the person: an English name, 花名."""
    remark: str | None = None
    work_place: str | None = None
    telephone: str | None = None
    """Of the office, with its extension."""
    org_email: str | None = None
    """An address that the organisation gave; `email` alone finds the person."""
    extension: str | None = None
    """A JSON object, as text."""
    hired_ms: int | None = None
    flags: frozenset[str] = frozenset()
    """Of USER_FLAGS, those that are true."""
    manager_userid: str | None = None
    admin: bool = False
    active: bool = True
    zone: str | None = None
    language: str | None = None
    created_ms: int


class OrganisationChange(Struct, frozen=True, kw_only=True):
    """What `org set` names; UNSET stays as it is."""

    name: str | UnsetType = UNSET
    zone: str | UnsetType = UNSET
    language: str | UnsetType = UNSET


class UserChange(Struct, frozen=True, kw_only=True):
    """What `user set` names; UNSET stays as it is, None clears."""

    name: str | UnsetType = UNSET
    mobile: str | UnsetType | None = UNSET
    state_code: str | UnsetType | None = UNSET
    email: str | UnsetType | None = UNSET
    title: str | UnsetType | None = UNSET
    job_number: str | UnsetType | None = UNSET
    avatar: str | UnsetType | None = UNSET
    nickname: str | UnsetType | None = UNSET
    remark: str | UnsetType | None = UNSET
    work_place: str | UnsetType | None = UNSET
    telephone: str | UnsetType | None = UNSET
    org_email: str | UnsetType | None = UNSET
    extension: str | UnsetType | None = UNSET
    hired_ms: int | UnsetType | None = UNSET
    flags: frozenset[str] | UnsetType = UNSET
    manager_userid: str | UnsetType | None = UNSET
    admin: bool | UnsetType = UNSET
    zone: str | UnsetType | None = UNSET
    language: str | UnsetType | None = UNSET


class App(Struct, frozen=True, kw_only=True):
    """An app. corp_id: whose it is, an organisation's own or a vendor's, which may be no organisation that it acts in
    (decision 72). Its secret is kept as a hash (decision 25); that of an enterprise app encrypted too.
    """

    app_key: str
    corp_id: str
    agent_id: int
    kind: AppKind = "internal"
    name: str
    scopes: frozenset[str]
    redirects: tuple[str, ...] = ()
    """Where it may send people on to (`model/redirects.py`)."""
    networks: tuple[str, ...] = ()
    """From where it may call; from anywhere when there are none."""
    created_ms: int


class Range(Struct, frozen=True):
    """Whom an app may see and act for, where that is not everybody (decision 75)."""

    departments: tuple[int, ...] = ()
    """With everybody in them and below them."""
    userids: tuple[str, ...] = ()


class Authorization(Struct, frozen=True, kw_only=True):
    """An organisation lets an enterprise app act in it. scopes: what it may do there, of what it may do at all."""

    corp_id: str
    app_key: str
    scopes: frozenset[str]
    created_ms: int


def email_key(email: str) -> str:
    """What two spellings of one mail address share (decision 4)."""
    return email.strip().casefold()


def open_id(app_key: str, union_id: str) -> str:
    """The id by which one app alone knows a person: derived, so that nothing needs storing."""
    digest = b64encode(sha256(f"{app_key}\n{union_id}".encode()).digest()).decode()
    return digest.replace("+", "").replace("/", "")[:22] + "iEiE"


def new_corp_id(new_bytes: NewBytes) -> str:
    return "ding" + new_bytes(16).hex()


def new_union_id(new_bytes: NewBytes) -> str:
    """Letters and digits only: the 2.x SDKs put it into paths unescaped."""
    return opaque_id(new_bytes, 22) + "iEiE"


def new_userid(new_bytes: NewBytes) -> str:
    """18 digits, as the real service makes them."""
    return f"{int.from_bytes(new_bytes(8), 'big') % 10**18:018d}"


def new_app_key(new_bytes: NewBytes, kind: AppKind = "internal") -> str:
    """An appKey, suiteKey or appId: how it begins tells which."""
    beginning = {"internal": "ding", "enterprise": "suite", "personal": "dingoa"}[kind]
    return beginning + b32encode(new_bytes(10)).decode().lower()


def new_app_secret(new_bytes: NewBytes) -> str:
    """64 characters of `[A-Za-z0-9_-]`: 384 bits, so that one SHA-256 is hash enough."""
    return urlsafe_b64encode(new_bytes(48)).decode()


def new_suite_ticket(new_bytes: NewBytes) -> str:
    return opaque_id(new_bytes, 64)


def new_agent_id(new_bytes: NewBytes) -> int:
    """Nine or ten digits."""
    return 100_000_000 + int.from_bytes(new_bytes(4), "big")


def new_dept_id(new_bytes: NewBytes) -> int:
    """Nine or ten digits, never the root's."""
    return 100_000_000 + int.from_bytes(new_bytes(4), "big")


def new_role_id(new_bytes: NewBytes) -> int:
    """Nine or ten digits."""
    return 100_000_000 + int.from_bytes(new_bytes(4), "big")
