"""Apps that are told by HTTP callback, at a server of theirs that knows nothing of ours."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from alibabacloud_dingtalk.calendar_1_0 import models as calendar_models
from alibabacloud_dingtalk.event_1_0 import models as event_models
from alibabacloud_dingtalk.event_1_0.client import Client as EventClient
from alibabacloud_tea_util.models import RuntimeOptions
from typer.testing import CliRunner

from rili.actions import directory
from rili.delivery import lookup
from rili.testing import Rili
from tests.conformance.callbacks import CHANGED, TAGS, Told, old, wanted
from tests.conformance.clients import HOUR, TOKEN, Json, call, config, model, refused
from tests.people import SharedDatabase, add_user
from tests.receiver import Receiver, after, dies, receiving, replies, says, sends
from tests.test_cli_admin import cli


@pytest.fixture
def told(server: Rili, database: SharedDatabase) -> Told:
    return Told(server, database)


@pytest.fixture
def receiver(told: Told) -> Iterator[Receiver]:
    """Of the firm's app, as the old API has it: what it gets is encrypted for the organisation."""
    with receiving(told.firm.corp_id) as receiver:
        yield receiver


def failed_results(told: Told, **query: int) -> tuple[list[Any], bool]:
    """Through the vendor's SDK."""
    client = EventClient(config(told.server.endpoint))
    answer = client.get_call_back_faile_result_with_options(
        event_models.GetCallBackFaileResultRequest(**query),
        event_models.GetCallBackFaileResultHeaders(x_acs_dingtalk_access_token=told.firm.token),
        RuntimeOptions(),
    )
    assert answer.body.has_more is not None
    return answer.body.failed_list, answer.body.has_more


OK = {"errcode": 0, "errmsg": "ok"}


@pytest.mark.parametrize("form", [False, True], ids=["JSON", "form"])
def test_a_registration_from_beginning_to_end(told: Told, receiver: Receiver, form: bool) -> None:
    assert told.old("get_call_back")["errcode"] == 71007
    assert told.old("register_call_back", wanted(receiver), form=form) == OK
    assert receiver.checks == [{"EventType": "check_url"}]
    shown = wanted(receiver) | {"call_back_tag": sorted(TAGS)}
    assert told.old("get_call_back") == OK | shown

    sent = told.queue()
    told.server.deliver()
    (got,) = receiver.got
    assert {name: got[name] for name in CHANGED} == CHANGED
    assert {name: got[name[0].upper() + name[1:]] for name in CHANGED if name != "operator"} == {
        name: value for name, value in CHANGED.items() if name != "operator"
    }
    assert "Operator" not in got
    envelope = {
        "EventType": "calendar_event_change",
        "EventTime": told.server.clock(),
        "CorpId": told.firm.corp_id,
        "EventId": sent,
        "BizId": got["BizId"],
        "TimeStamp": told.server.clock(),
    }
    for name, value in envelope.items():
        assert got[name] == got[name[0].lower() + name[1:]] == value
    assert got["BizId"].isdecimal()

    changed = wanted(receiver, ["user_add_org"]) | {"url": receiver.url + "?app=1"}
    assert told.old("update_call_back", changed, form=form) == OK
    assert told.old("get_call_back") == OK | changed
    told.queue({"timeStamp": "1", "userId": ["ann"]}, event_type="user_add_org", subject="ann")
    told.server.deliver()
    assert (receiver.got[1]["UserId"], receiver.got[1]["TimeStamp"]) == (["ann"], "1")
    assert receiver.requests[-1].startswith("/callback?app=1&signature=")

    assert told.old("delete_call_back") == OK
    assert told.old("delete_call_back")["errcode"] == 71007
    assert told.old("update_call_back", changed)["errcode"] == 71007
    told.queue()
    told.server.deliver()
    assert len(receiver.got) == 2
    assert told.register(receiver) == OK, "it may come back"


def be_told(told: Told, receiver: Receiver, how: str) -> None:
    """By the old API, whose owner key is the corpId, or by `rili app push`."""
    if how == "registered":
        assert told.register(receiver) == OK
        return
    receiver.owner = told.firm.app_key
    env = {
        "RILI_DATABASE": told.server.database,
        "RILI_SECRET_KEY": told.server.secret_key,
        "RILI_CALLBACK_NETWORKS": "127.0.0.1",
    }
    secrets = ("--token", receiver.token, "--aes-key", receiver.aes_key)
    command = ["app", "push", told.firm.app_key, "--http", receiver.url, *secrets]
    result = CliRunner().invoke(cli, [*command, "--events", ",".join(TAGS)], env=env)
    assert result.exit_code == 0, result.stderr


@pytest.mark.parametrize("how", ["registered", "set"])
def test_changes_made_through_the_sdk(
    told: Told, receiver: Receiver, database: SharedDatabase, how: str
) -> None:
    """From an event's beginning to its end, with what the vendor's clients do about each: they read it."""
    be_told(told, receiver, how)
    firm, app = told.firm, told.sdk()
    ann, bob = firm.ann.union_id, firm.bob.union_id
    draft = HOUR | {"attendees": [{"id": bob}]}
    made = app.calendar.create_event_with_options(
        ann,
        "primary",
        model(calendar_models.CreateEventRequest, draft),
        calendar_models.CreateEventHeaders(x_acs_dingtalk_access_token=app.token),
        RuntimeOptions(),
    ).body
    told.server.deliver()
    app.patch(made.id, {"summary": "Moved"})
    app.ask("respond_event", bob, "primary", made.id, response_status="accepted")
    app.ask("cancel_event", ann, "primary", made.id)
    database.write(lambda tx: add_user(tx, firm.corp_id, "carol"))
    now_ms = told.server.clock()
    database.write(lambda tx: directory.add_department(tx, firm.corp_id, 77, "not asked for", now_ms=now_ms))
    told.server.deliver()

    changes = [one for one in receiver.got if one["EventType"] == "calendar_event_change"]
    assert [one["changeType"] for one in changes] == ["created", "updated", "updated", "cancelled"]
    for one in changes:
        assert one["calendarEventId"] == one["CalendarEventId"] == made.id
        assert one["unionIdList"][0] == ann
        assert (one["CorpId"], one["operator"]) == (firm.corp_id, {"type": "user"})
        read = app.ask("get_event", one["UnionIdList"][0], one["calendarId"], one["calendarEventId"])
        assert read.id == made.id
    assert len({one["EventId"] for one in receiver.got}) == len({one["BizId"] for one in receiver.got}) == 5
    (came,) = [one for one in receiver.got if one["EventType"] != "calendar_event_change"]
    assert (came["EventType"], came["UserId"], came["userId"]) == ("user_add_org", ["carol"], ["carol"])


def but(**changed: Any) -> Any:
    """A good registration, changed; None leaves out."""
    return lambda body: {name: value for name, value in (body | changed).items() if value is not None}


REFUSED = {
    "no tags": (but(call_back_tag=None), 71010, "call_back_tag"),
    "empty tags": (but(call_back_tag=[]), 71010, "call_back_tag"),
    "tags as text": (but(call_back_tag="user_add_org"), 71010, "call_back_tag"),
    "a tag that is no text": (but(call_back_tag=[1]), 71010, "call_back_tag"),
    "unknown tag": (but(call_back_tag=["user_add_org", "nothing"]), 71008, "no such event: nothing"),
    "no token": (but(token=None), 71010, "token"),
    "token too short": (but(token="12345"), 71010, "token"),
    "token too long": (but(token="x" * 64), 71010, "token"),
    "a space in token": (but(token="12345 7"), 71010, "token"),
    "token is a number": (but(token=1234567), 71010, "token"),
    "no aes_key": (but(aes_key=None), 71010, "aes_key"),
    "aes_key of 42": (but(aes_key="a" * 42), 71010, "43"),
    "aes_key with a sign": (but(aes_key="+" * 43), 71010, "43"),
    "no url": (but(url=""), 71010, "url"),
    "no address": (but(url="app.example/callback"), 71011, "http://"),
    "another scheme": (but(url="ftp://app.example/"), 71011, "http://"),
    "no host": (but(url="http:///callback"), 71011, "host"),
    "a user": (but(url="https://me:secret@app.example/"), 71011, "user"),
    "a fragment": (but(url="https://app.example/#here"), 71011, "fragment"),
    "a space": (but(url="https://app.example/a b"), 71011, "percent-encoded"),
    "a name in Chinese": (but(url="https://日历.example/"), 71011, "percent-encoded"),
    "port 0": (but(url="http://127.0.0.1:0/"), 71011, "host"),
    "no port": (but(url="http://127.0.0.1:x/"), 71011, "no address"),
    "too long": (but(url="https://app.example/" + "x" * 2048), 71011, "2048"),
    "another spelling of an address": (but(url="http://2130706433/"), 71011, "no address"),
    "nobody there": (but(url="http://127.0.0.1:1/"), 71012, "connect"),
    "inside": (but(url="http://10.0.0.1/"), 71013, "callback_networks"),
    "inside, IPv6": (but(url="http://[fd00::1]/"), 71013, "callback_networks"),
    "inside, mapped": (but(url="http://[::ffff:10.0.0.1]/"), 71013, "callback_networks"),
    "metadata": (but(url="http://169.254.169.254/latest/meta-data/"), 71013, "callback_networks"),
}


@pytest.mark.parametrize(("change", "errcode", "says"), REFUSED.values(), ids=REFUSED.keys())
def test_registrations_that_are_refused(
    told: Told, receiver: Receiver, change: Any, errcode: int, says: str
) -> None:
    answer = told.old("register_call_back", change(wanted(receiver)))
    assert (answer["errcode"], set(answer)) == (errcode, {"errcode", "errmsg"})
    assert says in answer["errmsg"]
    assert receiver.checks == []
    assert told.old("get_call_back")["errcode"] == 71007


@pytest.mark.parametrize(
    "tags", ["user_add_org", "[[[[" * 5000, '{"a":1}', ""], ids=["name", "deep", "object", "none"]
)
def test_tags_of_a_form_that_are_no_list(told: Told, receiver: Receiver, tags: str) -> None:
    answer = told.old("register_call_back", wanted(receiver) | {"call_back_tag": tags}, form=True)
    assert answer["errcode"] == 71010
    assert receiver.checks == []


def test_addresses_that_do_not_answer_as_they_should(told: Told, receiver: Receiver) -> None:
    for answer, errcode, says_why in (
        (says("fail"), 71009, "'fail', not success"),
        (sends(200, b"success"), 71009, "no JSON object"),
        (sends(302, location="/elsewhere"), 71009, "redirects are not followed"),
        (replies(lambda reply: reply | {"nonce": "x"}), 71009, "signature"),
        (dies, 71012, "no answer"),
    ):
        receiver.answer = answer
        refusal = told.register(receiver)
        assert refusal["errcode"] == errcode
        assert says_why in refusal["errmsg"]
    assert told.old("get_call_back")["errcode"] == 71007
    receiver.answer = after(0, dies)
    assert told.register(receiver) == OK
    for changed, errcode in (({"url": "http://127.0.0.1:1/"}, 71012), ({"token": "another123"}, 71012)):
        assert told.old("update_call_back", wanted(receiver) | changed)["errcode"] == errcode
    assert told.old("get_call_back")["url"] == receiver.url, "what was there stays"
    assert told.old("register_call_back", wanted(receiver))["errcode"] == 71006


def test_names_that_nobody_answers_for_keep_no_callback_back(
    told: Told, receiver: Receiver, server: Rili, database: SharedDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many another app wants registered: their lookups go on long after the calls ended."""
    found, let_go = lookup._addresses, threading.Event()

    def addresses(host: str, *where: Any) -> Any:
        if host.endswith(".silent.example"):
            let_go.wait()
            raise OSError("nobody answers")
        return found(host, *where)

    monkeypatch.setattr(lookup, "_addresses", addresses)
    assert told.register(receiver) == OK
    receiver.url = receiver.url.replace("127.0.0.1", "localhost")
    assert told.old("update_call_back", wanted(receiver)) == OK
    others = Told(server, database)

    def register(number: int) -> int:
        body = wanted(receiver) | {"url": f"http://app{number}.silent.example/"}
        return others.old("register_call_back", body)["errcode"]

    try:
        with ThreadPoolExecutor(lookup.MOST) as pool:
            assert set(pool.map(register, range(lookup.MOST))) == {71012}
        told.queue()
        server.deliver()
        assert len(receiver.got) == 1
    finally:
        let_go.set()


def test_whose_registration_it_is(
    told: Told, receiver: Receiver, server: Rili, database: SharedDatabase
) -> None:
    """Another app's and another organisation's is not seen, changed, or told of ours."""
    others = Told(server, database)
    assert told.register(receiver) == OK
    for operation, body in (
        ("get_call_back", None),
        ("delete_call_back", None),
        ("update_call_back", wanted(receiver)),
    ):
        assert others.old(operation, body)["errcode"] == 71007
    told.give_up(1, app_key="dingnobody")
    assert others.old("get_call_back_failed_result")["failed_list"] == []
    assert told.old("get_call_back_failed_result")["failed_list"] == []
    assert told.old("get_call_back")["errcode"] == 0


@pytest.mark.parametrize(
    ("token", "errcode"), [(None, 41001), ("", 41001), ("x" * 32, 40014), ("%00", 40035)]
)
def test_who_may_not(server: Rili, token: str | None, errcode: int) -> None:
    for operation in (
        "register_call_back",
        "update_call_back",
        "get_call_back",
        "delete_call_back",
        "get_call_back_failed_result",
    ):
        body: Json | None = {} if operation.startswith(("register", "update")) else None
        answer = old(server.endpoint, token, operation, body)
        assert (answer["errcode"], set(answer)) == (errcode, {"errcode", "errmsg"})


def test_again_after_ten_and_thirty_seconds(told: Told, receiver: Receiver) -> None:
    """By the server's clock, in order, under the same ids; what follows of the same event waits."""
    assert told.register(receiver) == OK
    receiver.answer = after(2, sends(500))
    first, second = told.queue(), told.queue()

    heard = []
    for seconds in (0, 9.999, 0.001, 29.999, 0.001):
        told.server.clock.advance(seconds=seconds)
        told.server.deliver()
        heard.append(len(receiver.got))
    assert heard == [1, 1, 2, 2, 4]
    assert [one["EventId"] for one in receiver.got] == [first, first, first, second]
    assert receiver.got[0] == receiver.got[1] == receiver.got[2]
    assert receiver.got[2]["BizId"] != receiver.got[3]["BizId"]
    assert failed_results(told) == ([], False)


FAILING = {
    "not 200": sends(500, b"boom"),
    "another text": says("later"),
    "a redirect": sends(307, location="/callback"),
    "too much": sends(200, b"x" * 100_000),
    "dies": dies,
}


@pytest.mark.parametrize("answer", FAILING.values(), ids=FAILING.keys())
def test_given_up_after_three_attempts(told: Told, receiver: Receiver, answer: Any) -> None:
    assert told.register(receiver) == OK
    receiver.answer = answer
    born_ms = told.server.clock()
    (failed,) = told.give_up()
    assert [one["EventId"] for one in receiver.got] == [failed] * 3
    told.server.clock.advance(hours=1)
    told.server.deliver()
    assert len(receiver.got) == 3

    (listed,), more = failed_results(told)
    assert (listed.call_back_tag, listed.corp_id, listed.event_time, more) == (
        "calendar_event_change",
        told.firm.corp_id,
        born_ms,
        False,
    )
    assert json.loads(listed.call_back_data) == receiver.got[0], "what it would have decrypted"
    old_list = told.old("get_call_back_failed_result")
    assert old_list == OK | {
        "has_more": False,
        "failed_list": [
            {
                "call_back_tag": "calendar_event_change",
                "event_time": born_ms,
                "calendar_event_change": {"corpid": told.firm.corp_id, "callbackData": receiver.got[0]},
            }
        ],
    }


def test_lists_of_what_failed(told: Told) -> None:
    """Whatever the channel was; the old list forgets what it told, with the next call."""
    born = told.server.clock()
    users = {"timeStamp": "1", "userId": ["ann", "bob"]}
    told.give_up(202)
    told.give_up(event_type="user_leave_org", body=users)
    told.give_up(event_type="label_user_change", body={"userIdList": ["ann"], "action": "add"})

    listed, more = failed_results(told)
    assert (len(listed), more) == (200, True)
    assert [one.call_back_tag for one in failed_results(told, begin_time=born + 1)[0]] == [
        "user_leave_org", "label_user_change",
    ]  # fmt: skip
    assert len(failed_results(told, begin_time=born, end_time=born)[0]) == 200
    rest, more = failed_results(told, begin_time=born + 40_000, end_time=born + 80_000)
    assert ([one.call_back_tag for one in rest], more) == (["user_leave_org", "label_user_change"], False)
    assert failed_results(told, end_time=born - 1) == ([], False)
    with refused(400, "invalidParameter", "endTime"):
        failed_results(told, begin_time=2, end_time=1)
    with refused(400, "invalidParameter", "beginTime"):
        failed_results(told, begin_time=-1)
    for name, text in (("beginTime", "0" * 5000), ("endTime", "0" * 17 + "9" * 30), ("endTime", str(2**53))):
        target = f"/v1.0/event/callbacks/failedResults?{name}={text}"
        answer = call(told.server.endpoint, "GET", target, {TOKEN: told.firm.token})
        assert (answer.status, answer.json["code"]) == (400, "invalidParameter"), (name, text[:30])
    with refused(400, "invalidParameter", "endTime"):
        failed_results(told, end_time=10**20)
    assert len(failed_results(told, end_time=2**53 - 1)[0]) == 200

    first = told.old("get_call_back_failed_result")
    assert (len(first["failed_list"]), first["has_more"]) == (200, True)
    second = told.old("get_call_back_failed_result")
    corp_id = {"corpid": told.firm.corp_id}
    assert [one["call_back_tag"] for one in second["failed_list"]] == [
        "calendar_event_change", "calendar_event_change", "user_leave_org", "label_user_change",
    ]  # fmt: skip
    assert second["failed_list"][2]["user_leave_org"] == corp_id | {"userid": ["ann", "bob"]}
    assert second["failed_list"][3]["label_user_change"]["roleLabelChange"]["action"] == "add"
    assert not second["has_more"]
    told_of = {json.dumps(one, sort_keys=True) for answer in (first, second) for one in answer["failed_list"]}
    assert len(told_of) == 204, "each once"
    third = told.old("get_call_back_failed_result")
    assert third == OK | {"has_more": False, "failed_list": []}
    assert failed_results(told) == ([], False)


def test_what_fails_once_more_is_told_once_more(told: Told, database: SharedDatabase) -> None:
    """An administrator had it sent again after the app had been told that it failed."""
    told.give_up()
    assert len(told.old("get_call_back_failed_result")["failed_list"]) == 1
    told.server.clock.advance(seconds=1)
    now_ms, corp_id = told.server.clock(), told.firm.corp_id
    database.write(
        lambda tx: tx.run(
            "UPDATE deliveries SET failed_ms = :now_ms WHERE corp_id = :corp_id",
            now_ms=now_ms,
            corp_id=corp_id,
        )
    )
    assert len(told.old("get_call_back_failed_result")["failed_list"]) == 1
    assert told.old("get_call_back_failed_result")["failed_list"] == []


def test_tokens_of_people_are_none_of_an_app(told: Told) -> None:
    person = told.firm.user_token(told.firm.ann)
    assert told.old("get_call_back", token=person)["errcode"] == 40014
    told.firm.token = person
    with refused(400, "invalidParameter", "token of an app"):
        failed_results(told)
