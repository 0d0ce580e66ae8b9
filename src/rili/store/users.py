"""People."""

from __future__ import annotations

from collections.abc import Iterable

from rili.model.directory import User, email_key
from rili.model.search_words import keys_of_person
from rili.store import search_keys
from rili.store.apps import joined_scopes, split_scopes
from rili.store.db import Row, Tx
from rili.store.keys import as_keys

_USERS = """
    SELECT corp_id, userid, union_id, name, mobile, state_code, email, title, job_number, avatar,
           manager_userid, admin, active, zone, language, created_ms, nickname, remark, work_place, telephone,
           org_email, extension, hired_ms, flags
      FROM users
"""
"""What `_user` reads."""


def add(tx: Tx, user: User) -> None:
    tx.queue(
        """
        INSERT INTO users (corp_id, userid, union_id, name, mobile, state_code, email, email_key, title,
                           job_number, avatar, manager_userid, admin, active, zone, language, created_ms,
                           nickname, remark, work_place, telephone, org_email, extension, hired_ms, flags,
                           modified_no)
        SELECT :corp_id, :userid, :union_id, :name, :mobile, :state_code, :email, :email_key, :title,
               :job_number, :avatar, :manager_userid, :admin, :active, :zone, :language, :created_ms,
               :nickname, :remark, :work_place, :telephone, :org_email, :extension, :hired_ms, :flags,
               people_no
          FROM organisations WHERE corp_id = :corp_id
        """,
        union_id=user.union_id,
        created_ms=user.created_ms,
        **_changeable(user),
    )
    put_search_keys(tx, user)


def replace(tx: Tx, user: User) -> None:
    """Write *user* over the row of the same userid; unionId and password stay."""
    # Who remembers names reads them again.
    tx.queue(
        "UPDATE organisations SET people_no = people_no + 1 WHERE corp_id = :corp_id", corp_id=user.corp_id
    )
    tx.queue(
        """
        UPDATE users
           SET name = :name, mobile = :mobile, state_code = :state_code, email = :email,
               email_key = :email_key, title = :title, job_number = :job_number, avatar = :avatar,
               manager_userid = :manager_userid, admin = :admin, active = :active, zone = :zone,
               language = :language, nickname = :nickname, remark = :remark, work_place = :work_place,
               telephone = :telephone, org_email = :org_email, extension = :extension, hired_ms = :hired_ms,
               flags = :flags,
               modified_no = (SELECT people_no FROM organisations WHERE organisations.corp_id = users.corp_id)
         WHERE corp_id = :corp_id AND userid = :userid
        """,
        **_changeable(user),
    )
    put_search_keys(tx, user)


def let_go(tx: Tx, corp_id: str, userids: Iterable[str]) -> None:
    """Free the numbers and addresses of *userids*, who are about to be written: two may exchange theirs."""
    tx.run_many(
        """
        UPDATE users SET mobile = NULL, email_key = NULL WHERE corp_id = :corp_id AND userid = :userid
        """,
        [{"corp_id": corp_id, "userid": userid} for userid in userids],
    )


def put_search_keys(tx: Tx, user: User) -> None:
    """Let *user* be found by their names and number of now; who left is not found."""
    keys = keys_of_person(user.name, user.nickname, user.mobile) if user.active else ()
    search_keys.put(tx, user.corp_id, "user", user.userid, keys)


def lock(tx: Tx, corp_id: str, union_id: str) -> None:
    """From here on nobody else changes the person, their password included, until the transaction ends."""
    tx.lock(
        "SELECT 1 FROM users WHERE corp_id = :corp_id AND union_id = :union_id",
        corp_id=corp_id,
        union_id=union_id,
    )


def set_password_hash(tx: Tx, corp_id: str, userid: str, password_hash: str | None) -> None:
    tx.run(
        """
        UPDATE users SET password_hash = :password_hash WHERE corp_id = :corp_id AND userid = :userid
        """,
        corp_id=corp_id,
        userid=userid,
        password_hash=password_hash,
    )


def by_userid(tx: Tx, corp_id: str, userid: str) -> User | None:
    """The person, also one who left."""
    row = tx.one(
        _USERS
        + """
         WHERE corp_id = :corp_id AND userid = :userid
        """,
        corp_id=corp_id,
        userid=userid,
    )
    return _user(row) if row else None


def by_union_id(tx: Tx, corp_id: str, union_id: str) -> User | None:
    """The person; nobody when that person left."""
    row = tx.one(
        _USERS
        + """
         WHERE corp_id = :corp_id AND union_id = :union_id AND active = 1
        """,
        corp_id=corp_id,
        union_id=union_id,
    )
    return _user(row) if row else None


def by_mobile(tx: Tx, corp_id: str, mobile: str) -> User | None:
    """The person; who left has no number."""
    row = tx.one(
        _USERS
        + """
         WHERE corp_id = :corp_id AND mobile = :mobile
        """,
        corp_id=corp_id,
        mobile=mobile,
    )
    return _user(row) if row else None


def with_password(tx: Tx, corp_id: str, name: str) -> tuple[User, str] | None:
    """Who signs in as *name*, a userid, mobile number or mail address, in this order, and the password's hash."""
    row = tx.one(
        _USERS.replace("SELECT", "SELECT password_hash,", 1)
        + """
         WHERE corp_id = :corp_id AND (userid = :name OR mobile = :name OR email_key = :key)
               AND active = 1 AND password_hash IS NOT NULL
         ORDER BY CASE WHEN userid = :name THEN 0 WHEN mobile = :name THEN 1 ELSE 2 END
         LIMIT 1
        """,
        corp_id=corp_id,
        name=name,
        key=email_key(name),
    )
    return (_user(row[1:]), row[0]) if row else None


def by_email_keys(tx: Tx, corp_id: str, keys: Iterable[str]) -> dict[str, str]:
    """The unionIds of those *keys* (`directory.email_key`) that are colleagues; who left has no address."""
    rows = tx.all(
        """
        SELECT email_key, union_id
          FROM users
         WHERE (corp_id, email_key) IN (SELECT :corp_id, key FROM json_each(:keys))
        """,
        corp_id=corp_id,
        keys=as_keys(keys),
    )
    return dict(rows)


def colleagues(tx: Tx, corp_id: str, union_ids: Iterable[str]) -> dict[str, str]:
    """The names of those of *union_ids* that are colleagues now."""
    rows = tx.all(
        """
        SELECT union_id, name
          FROM users
         WHERE (corp_id, union_id) IN (SELECT :corp_id, key FROM json_each(:union_ids)) AND active = 1
        """,
        corp_id=corp_id,
        union_ids=as_keys(union_ids),
    )
    return dict(rows)


def emails(tx: Tx, corp_id: str, union_ids: Iterable[str]) -> dict[str, str]:
    """The mail addresses of *union_ids*, of those who have one."""
    rows = tx.all(
        """
        SELECT union_id, email FROM users
         WHERE (corp_id, union_id) IN (SELECT :corp_id, key FROM json_each(:union_ids)) AND email IS NOT NULL
        """,
        corp_id=corp_id,
        union_ids=as_keys(union_ids),
    )
    return dict(rows)


def names(tx: Tx, corp_id: str, union_ids: Iterable[str]) -> dict[str, str]:
    """The names of *union_ids*, also of people who left."""
    rows = tx.all(
        """
        SELECT union_id, name
          FROM users
         WHERE (corp_id, union_id) IN (SELECT :corp_id, key FROM json_each(:union_ids))
        """,
        corp_id=corp_id,
        union_ids=as_keys(union_ids),
    )
    return dict(rows)


def userids_and_names(tx: Tx, corp_id: str, union_ids: Iterable[str]) -> dict[str, tuple[str, str]]:
    """By unionId, of those of *union_ids* that are people of the directory, also who left."""
    rows = tx.all(
        """
        SELECT union_id, userid, name
          FROM users
         WHERE (corp_id, union_id) IN (SELECT :corp_id, key FROM json_each(:union_ids))
        """,
        corp_id=corp_id,
        union_ids=as_keys(union_ids),
    )
    return {union_id: (userid, name) for union_id, userid, name in rows}


def list_all(tx: Tx, corp_id: str) -> list[User]:
    """Every person by userid, also who left."""
    rows = tx.all(
        _USERS
        + """
         WHERE corp_id = :corp_id
         ORDER BY userid
        """,
        corp_id=corp_id,
    )
    return [_user(row) for row in rows]


def forget_manager(tx: Tx, corp_id: str, userid: str) -> None:
    """Nobody reports to *userid* any more."""
    tx.run(
        """
        UPDATE users SET manager_userid = NULL WHERE corp_id = :corp_id AND manager_userid = :userid
        """,
        corp_id=corp_id,
        userid=userid,
    )


def admins(tx: Tx, corp_id: str) -> list[str]:
    """The userids of the administrators."""
    rows = tx.all(
        "SELECT userid FROM users WHERE corp_id = :corp_id AND admin = 1 AND active = 1 ORDER BY userid",
        corp_id=corp_id,
    )
    return [userid for (userid,) in rows]


def count(tx: Tx, corp_id: str) -> int:
    """How many people there are, without who left."""
    row = tx.one("SELECT COUNT(*) FROM users WHERE corp_id = :corp_id AND active = 1", corp_id=corp_id)
    return row[0] if row else 0


def by_userids(tx: Tx, corp_id: str, userids: Iterable[str]) -> dict[str, User]:
    """Those of *userids* who are people here now."""
    rows = tx.all(
        _USERS
        + """
         WHERE (corp_id, userid) IN (SELECT :corp_id, key FROM json_each(:userids)) AND active = 1
        """,
        corp_id=corp_id,
        userids=as_keys(userids),
    )
    return {row[1]: _user(row) for row in rows}


def _changeable(user: User) -> dict[str, str | int | None]:
    return {
        "corp_id": user.corp_id,
        "userid": user.userid,
        "name": user.name,
        "mobile": user.mobile,
        "state_code": user.state_code,
        "email": user.email,
        "email_key": email_key(user.email) if user.email else None,
        "title": user.title,
        "job_number": user.job_number,
        "avatar": user.avatar,
        "manager_userid": user.manager_userid,
        "nickname": user.nickname,
        "remark": user.remark,
        "work_place": user.work_place,
        "telephone": user.telephone,
        "org_email": user.org_email,
        "extension": user.extension,
        "hired_ms": user.hired_ms,
        "flags": joined_scopes(user.flags),
        "admin": int(user.admin),
        "active": int(user.active),
        "zone": user.zone,
        "language": user.language,
    }


def _user(row: Row) -> User:
    return User(
        corp_id=row[0],
        userid=row[1],
        union_id=row[2],
        name=row[3],
        mobile=row[4],
        state_code=row[5],
        email=row[6],
        title=row[7],
        job_number=row[8],
        avatar=row[9],
        manager_userid=row[10],
        admin=bool(row[11]),
        active=bool(row[12]),
        zone=row[13],
        language=row[14],
        created_ms=row[15],
        nickname=row[16],
        remark=row[17],
        work_place=row[18],
        telephone=row[19],
        org_email=row[20],
        extension=row[21],
        hired_ms=row[22],
        flags=split_scopes(row[23]),
    )
