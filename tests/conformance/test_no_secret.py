"""Of every secret that a life with this server makes, nothing is in its database in clear (decision 25)."""

from __future__ import annotations

import os

from rili.actions import directory, register
from rili.auth.passwords import hash_password
from rili.model.directory import new_app_secret
from rili.testing import Rili
from tests.conformance.callbacks import old, wanted
from tests.conformance.clients import Reply, call
from tests.conformance.firm import Firm
from tests.conformance.stored import where_stored
from tests.people import SharedDatabase
from tests.receiver import receiving


def be_told(firm: Firm) -> None:
    """By callback, whose secrets are needed in clear again."""
    token = firm.keep("callback token", "T" + os.urandom(15).hex())
    with receiving(firm.corp_id, token=token) as receiver:
        firm.keep("callback aes_key", receiver.aes_key)
        assert old(firm.endpoint, firm.token, "register_call_back", wanted(receiver))["errcode"] == 0
        wrong = firm.keep("refused callback token", "T" + os.urandom(15).hex())
        refused = old(firm.endpoint, firm.token, "update_call_back", wanted(receiver) | {"token": wrong})
        assert refused["errcode"] != 0
        assert old(firm.endpoint, firm.token, "get_call_back")["token"] == token


def live(firm: Firm, database: SharedDatabase, summary: str) -> None:
    """Make a secret of every kind, and do with it whatever can be done."""
    firm.issue_token()
    pair = {
        "client_id": firm.app_key,
        "client_secret": firm.app_secret,
        "grant_type": "client_credentials",
    }
    newer = call(firm.endpoint, "POST", f"/v1.0/oauth2/{firm.corp_id}/token", body=pair)
    older = call(firm.endpoint, "GET", f"/gettoken?appkey={firm.app_key}&appsecret={firm.app_secret}")
    firm.keep("token of an organisation", newer.json["access_token"])
    firm.keep("token of the old family", older.json["access_token"])

    for name in (firm.ann.userid, firm.ann.mobile or "", firm.keep("wrong name", os.urandom(8).hex())):
        wrong = firm.keep("wrong password", os.urandom(8).hex())
        assert firm.sign_in(firm.consent_path(), name, wrong).status == 403
    tokens = done(firm.exchange(code=firm.code())).json
    done(firm.exchange(refreshToken=tokens["refreshToken"]))
    firm.code()  # which nobody redeems
    firm.consent()  # and nobody decides

    opened = {"code": firm.login_code()}
    target = f"/topapi/v2/user/getuserinfo?access_token={firm.token}"
    assert done(firm.send("POST", target, opened)).json["errcode"] == 0

    event_id = firm.create(summary=summary)
    assert firm.post(firm.guest_link(event_id), {"answer": "accepted"}).status == 200
    for kind in ("In", "Out"):
        assert firm.sign_in(firm.sign_link(event_id, kind), firm.bob.userid).status == 200

    be_told(firm)
    another, secret = os.urandom(8).hex(), new_app_secret(os.urandom)
    hashed = hash_password(firm.keep("password", another))
    database.write(lambda tx: directory.set_password(tx, firm.corp_id, firm.bob.userid, hashed))
    firm.password = another
    firm.consent(firm.bob.userid)
    database.write(lambda tx: register.set_app(tx, firm.corp_id, firm.app_key, new_secret=secret))
    body = {"appKey": firm.app_key, "appSecret": firm.keep("app secret", secret)}
    signed_in = done(call(firm.endpoint, "POST", "/v1.0/oauth2/accessToken", body=body))
    firm.keep("access token", signed_in.json["accessToken"])


def done(reply: Reply) -> Reply:
    assert reply.status == 200, reply.body
    return reply


KINDS = {
    "access token",
    "app secret",
    "callback aes_key",
    "callback token",
    "code",
    "consent cookie",
    "consent proof",
    "guest link",
    "issued token",
    "login code",
    "password",
    "refresh token",
    "refused callback token",
    "sign-in link",
    "sign-out link",
    "token of an organisation",
    "token of the old family",
    "user token",
    "wrong name",
    "wrong password",
}


def test_no_secret_is_stored(server: Rili, database: SharedDatabase) -> None:
    """Every column of every table; on SQLite every byte of its files too."""
    firm = Firm(server, database)
    summary = f"Board {os.urandom(8).hex()}"
    live(firm, database, summary)
    assert firm.made.keys() == KINDS
    kind_of = {secret: kind for kind, secrets in firm.made.items() for secret in secrets}

    stored = where_stored(server.database, [*kind_of, summary, firm.app_key])
    assert ("events.body", summary) in stored
    assert ("apps.app_key", firm.app_key) in stored, "what is there is found"
    assert [(place, kind_of[text]) for place, text in sorted(stored) if text in kind_of] == []
