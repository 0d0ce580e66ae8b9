"""Answers that come back: through the link, the pipe and the mailbox; and those that do not count."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlencode

import pytest

from rili.delivery.mail.inbound import NoAnswer, find_answer
from tests.conformance.clients import at, call
from tests.delivery.mail.answers import answer_to, vevents
from tests.delivery.mail.conftest import Post
from tests.delivery.mail.post_office import part_of


def now(post: Post, **later: int) -> datetime:
    return datetime.fromtimestamp(post.server.clock() / 1000, UTC) + timedelta(**later)


def invite(post: Post, **draft: Any) -> tuple[str, str, EmailMessage]:
    """An event with a new guest: its id, their address, their invitation."""
    guest = post.new_guest()
    event_id = post.app.create({"attendees": [{"email": guest}], **draft})["id"]
    return event_id, guest, post.mail_to(guest)


def pipe(post: Post, message: bytes, *arguments: str) -> int:
    return post.rili("mail", "receive", *arguments, message=message)


def test_the_link(post: Post) -> None:
    event_id, guest, mail = invite(post)
    link = re.findall(r"接受：(\S+)", part_of(mail, "text/plain"))[0]
    form = urlencode({"answer": "accepted"}).encode()
    headers = {"content-type": "application/x-www-form-urlencoded"}
    target = link.removeprefix(post.server.base_url)

    assert call(post.server.endpoint, "POST", target, headers, form).status == 200
    assert post.response_of(event_id, guest) == "accepted"
    # One who goes on by mail: what came before the click is older, what comes after counts.
    assert pipe(post, answer_to(mail, "DECLINED", at=now(post, minutes=-2))) == 0
    assert post.response_of(event_id, guest) == "accepted"
    post.app.update(event_id, {"summary": "Another title"})
    again = post.mail_to(guest)
    assert link in part_of(again, "text/plain")  # the same in every mail
    post.server.clock.advance(seconds=5)
    assert pipe(post, answer_to(again, "DECLINED", at=now(post))) == 0
    assert post.response_of(event_id, guest) == "declined"


@pytest.mark.parametrize(
    ("answer", "response"),
    [("ACCEPTED", "accepted"), ("TENTATIVE", "tentative"), ("DECLINED", "declined")],
)
def test_the_pipe(post: Post, answer: str, response: str) -> None:
    event_id, guest, mail = invite(post)
    message = answer_to(mail, answer, at=now(post))

    assert pipe(post, message) == 0
    assert post.response_of(event_id, guest) == response
    etag = post.app.get(event_id).headers["etag"]
    assert pipe(post, message) == 0
    assert post.app.get(event_id).headers["etag"] == etag  # the same again changes nothing
    told = post.mail_to(post.app.organizer.email)
    assert vevents(told)[0]["ATTENDEE"].params["PARTSTAT"] == answer


def test_the_mailbox(post: Post) -> None:
    """Each message once; what is not understood is left for people, and keeps nobody waiting."""
    event_id, guest, mail = invite(post)
    post.mailbox.empty()
    garbage = b"From: x@example.org\r\nContent-Type: text/calendar\r\n\r\n" + bytes(range(256))
    post.mailbox.put(garbage, answer_to(mail, "ACCEPTED", at=now(post)), b"\r\n", garbage)
    post.collect()

    assert post.response_of(event_id, guest) == "accepted"
    left = {"\\Seen", "\\Flagged"}
    assert post.mailbox.flags() == [left, {"\\Seen"}, left, left]
    etag = post.app.get(event_id).headers["etag"]
    post.collect()
    assert post.app.get(event_id).headers["etag"] == etag


def test_a_colleague_answers(post: Post) -> None:
    app, colleague = post.app, post.colleague
    event_id = app.create({"attendees": [{"id": colleague.union_id}]})["id"]
    mail = post.mail_to(colleague.email)

    assert pipe(post, answer_to(mail, "TENTATIVE", at=now(post))) == 0
    assert post.response_of(event_id, colleague.union_id) == "tentative"
    # Having left the event, they are not brought back by declining it.
    assert app.delete(event_id, user=colleague.union_id).status == 200
    assert pipe(post, answer_to(mail, "DECLINED", at=now(post, minutes=1))) == 0
    assert app.get(event_id, user=colleague.union_id).status == 404
    post.server.clock.advance(minutes=2)
    assert pipe(post, answer_to(mail, "ACCEPTED", at=now(post))) == 0
    assert app.get(event_id, user=colleague.union_id).status == 200


@pytest.fixture(scope="module")
def invited(post_server: Post) -> tuple[str, str, EmailMessage]:
    """An invitation that nobody answers."""
    return invite(post_server)


CODE = "a" * 32


@pytest.mark.parametrize(
    ("changed", "end"),
    [
        pytest.param({"sent_from": "thief@example.net"}, 65, id="from somebody else"),
        pytest.param({"address": "thief@example.net"}, 65, id="somebody else's answer"),
        pytest.param({"to": "answers@example.com"}, 65, id="without a code"),
        pytest.param({"to": f"answers+{CODE}@example.com"}, 0, id="a code of nobody"),
        pytest.param({"uid": "another-event"}, 65, id="of another event"),
        pytest.param({"occurrence": datetime(2026, 3, 10, 6, tzinfo=UTC)}, 65, id="of an occurrence of no series"),
        pytest.param({"method": "REFRESH"}, 0, id="no answer"),
        pytest.param({"method": "REQUEST"}, 0, id="an invitation"),
    ],
)  # fmt: skip
def test_what_does_not_count(
    post: Post, invited: tuple[str, str, EmailMessage], changed: dict[str, Any], end: int
) -> None:
    event_id, guest, mail = invited

    assert pipe(post, answer_to(mail, "ACCEPTED", **({"at": now(post)} | changed))) == end
    assert post.response_of(event_id, guest) == "needsAction"


@pytest.mark.parametrize("answer", ["DELEGATED", "NEEDS-ACTION", "COMPLETED"])
def test_what_is_no_answer(post: Post, invited: tuple[str, str, EmailMessage], answer: str) -> None:
    event_id, guest, mail = invited

    assert pipe(post, answer_to(mail, answer, at=now(post))) == 65
    assert post.response_of(event_id, guest) == "needsAction"


def test_a_forwarded_invitation_answers_for_nobody(post: Post) -> None:
    """Each has a code of their own, and it goes with their own address alone."""
    first, second = post.new_guest(), post.new_guest()
    event_id = post.app.create({"attendees": [{"email": first}, {"email": second}]})["id"]
    mails = {mail["to"].addresses[0].addr_spec: mail for mail in post.mails_to(first, second)}

    assert pipe(post, answer_to(mails[first], "ACCEPTED", address=second, at=now(post))) == 65
    assert [post.response_of(event_id, one) for one in (first, second)] == ["needsAction"] * 2


def test_a_counter_proposal_is_the_answer_that_it_carries(post: Post) -> None:
    event_id, guest, mail = invite(post)
    before = post.app.get(event_id).json["start"]

    assert pipe(post, answer_to(mail, "TENTATIVE", at=now(post), method="COUNTER")) == 0
    assert post.response_of(event_id, guest) == "tentative"
    assert post.app.get(event_id).json["start"] == before


def test_answers_out_of_order(post: Post) -> None:
    event_id, guest, mail = invite(post)
    early = answer_to(mail, "ACCEPTED", at=now(post, seconds=-60))
    late = answer_to(mail, "DECLINED", at=now(post, seconds=-30))

    assert pipe(post, late) == pipe(post, early) == 0
    assert post.response_of(event_id, guest) == "declined"


def test_an_answer_to_what_it_was_before(post: Post) -> None:
    """It moved meanwhile: what was answered was another time. A new title asks nobody again."""
    event_id, guest, first = invite(post)
    post.app.update(event_id, {"summary": "Only another title"})
    assert pipe(post, answer_to(first, "TENTATIVE", at=now(post))) == 0
    assert post.response_of(event_id, guest) == "tentative"

    post.app.update(event_id, at("03-12T09:00"))
    post.server.clock.advance(minutes=1)
    assert pipe(post, answer_to(first, "ACCEPTED", at=now(post))) == 0
    assert post.response_of(event_id, guest) == "needsAction"
    moved = post.mails_to(guest)[-1]
    assert pipe(post, answer_to(moved, "ACCEPTED", at=now(post))) == 0
    assert post.response_of(event_id, guest) == "accepted"


def test_after_the_removal(post: Post) -> None:
    event_id, guest, mail = invite(post)
    target = f"{post.app.path(event_id)}/attendees"
    removed = post.app.call("POST", f"{target}/batchRemove", {"attendeesToRemove": [{"email": guest}]})
    assert removed.status == 200

    assert pipe(post, answer_to(mail, "DECLINED", at=now(post))) == 0
    assert "attendees" not in post.app.get(event_id).json or guest not in str(
        post.app.get(event_id).json["attendees"]
    )
    post.mails_to(guest)
    added = post.app.call("POST", target, {"attendeesToAdd": [{"email": guest}]})
    assert added.status == 200
    again = post.mail_to(guest)
    assert vevents(again)[0]["SEQUENCE"] >= vevents(mail)[0]["SEQUENCE"]
    post.server.clock.advance(minutes=1)
    assert pipe(post, answer_to(again, "ACCEPTED", at=now(post))) == 0
    assert post.response_of(event_id, guest) == "accepted"


def test_one_occurrence(post: Post) -> None:
    guest, app = post.new_guest(), post.app
    series, days = app.make_series({"attendees": [{"email": guest}]})
    mail = post.mail_to(guest)
    second = datetime(2026, 3, 2, 2, tzinfo=UTC)  # 10:00 in Shanghai

    assert pipe(post, answer_to(mail, "DECLINED", at=now(post), occurrence=second)) == 0
    assert [post.response_of(one, guest) for one in (series, *days[:3])] == [
        "needsAction", "needsAction", "declined", "needsAction",
    ]  # fmt: skip
    # Moved, it asks again; the others do not.
    app.update(days[1], at("03-20T16:00"))
    post.server.clock.advance(minutes=1)
    moved = post.mails_to(guest)[-1]
    assert pipe(post, answer_to(mail, "ACCEPTED", at=now(post), occurrence=second)) == 0
    assert post.response_of(days[1], guest) == "needsAction"
    assert pipe(post, answer_to(mail, "TENTATIVE", at=now(post))) == 0
    assert [post.response_of(one, guest) for one in (series, days[0])] == ["tentative"] * 2
    assert pipe(post, answer_to(moved, "ACCEPTED", at=now(post))) == 0
    assert post.response_of(days[1], guest) == "accepted"


def test_what_a_mail_server_should_know(post: Post) -> None:
    """Exit codes of sysexits.h."""
    event_id, guest, mail = invite(post)
    message = answer_to(mail, "ACCEPTED", at=now(post))

    assert post.rili("mail", "receive", "--database", "sqlite:/nowhere/rili.db", message=message) == 75
    assert pipe(post, b"") == pipe(post, b"\xff\xfe") == 65
    code = vevents(mail)[0]["ORGANIZER"].removeprefix("mailto:")
    elsewhere = answer_to(mail, "ACCEPTED", at=now(post), to="undisclosed@example.org")
    assert pipe(post, elsewhere) == 65
    assert pipe(post, elsewhere, "--to", code.upper()) == 0
    assert post.response_of(event_id, guest) == "accepted"


def headers(**given: str) -> str:
    named = {"from": "a@example.org", "to": f"answers+{CODE}@example.com"} | given
    return "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in named.items() if value)


REPLY = "BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\n{}END:VEVENT\r\nEND:VCALENDAR\r\n"
WHOLE = "UID:e\r\nDTSTAMP:20260302T010000Z\r\nATTENDEE;PARTSTAT=ACCEPTED:mailto:a@example.org\r\n"


def calendar(content: str, **given: str) -> bytes:
    text = headers(**{"content_type": "text/calendar; charset=utf-8"} | given)
    return f"{text}\r\n{REPLY.format(content)}".encode()


@pytest.mark.parametrize(
    ("message", "verdict", "why"),
    [
        pytest.param(b"", "not_understood", "no address", id="nothing"),
        pytest.param(b"\x00" * 99, "not_understood", "no address", id="zeros"),
        pytest.param(headers().encode() + b"\r\nThanks!", "remark", "no answer", id="words"),
        pytest.param(headers(auto_submitted="auto-replied").encode(), "automatic", "machine", id="an absence note"),
        pytest.param(headers(return_path="<>").encode(), "automatic", "machine", id="a bounce"),
        pytest.param(
            headers(content_type="multipart/report; report-type=delivery-status; boundary=x").encode(),
            "automatic", "machine", id="a report",
        ),
        pytest.param(calendar(WHOLE, to="answers@example.com"), "not_understood", "no address", id="no code"),
        pytest.param(calendar(WHOLE, **{"from": ""}), "not_understood", "from whom", id="from nobody"),
        pytest.param(calendar(WHOLE, **{"from": "a@b.c, d@e.f"}), "not_understood", "from whom", id="from two"),
        pytest.param(calendar(""), "not_understood", "UID", id="an empty event"),
        pytest.param(calendar(WHOLE.replace("UID:e\r\n", "")), "not_understood", "UID", id="no UID"),
        pytest.param(calendar(WHOLE + "SEQUENCE:-1\r\n"), "not_understood", "SEQUENCE", id="no number"),
        pytest.param(calendar(WHOLE.replace("0302T01", "0302T99")), "not_understood", "DTSTAMP", id="no time"),
        pytest.param(calendar(WHOLE + "ATTENDEE:mailto:b@b.b\r\n"), "not_understood", "ATTENDEE", id="two people"),
        pytest.param(calendar("END:VEVENT\r\n"), "not_understood", "END", id="broken"),
        pytest.param(
            calendar(WHOLE + "RECURRENCE-ID:20260302T010000\r\n"), "not_understood", "RECURRENCE-ID", id="no zone"
        ),
        pytest.param(calendar(WHOLE) + b"\xff", "not_understood", "iCalendar", id="not UTF-8"),
        pytest.param(calendar(WHOLE, content_transfer_encoding="base64"), "remark", "no answer", id="no base64"),
        pytest.param(b"x" * (2 * 2**20 + 1), "not_understood", "longer", id="long"),
    ],
)  # fmt: skip
def test_messages_without_an_answer(message: bytes, verdict: str, why: str) -> None:
    with pytest.raises(NoAnswer, match=why) as none:
        find_answer(message)
    assert none.value.verdict == verdict


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(calendar(WHOLE), id="plain"),
        pytest.param(calendar(WHOLE).replace(b"\r\n", b"\n"), id="line ends as a pipe brings them"),
        pytest.param(calendar(WHOLE, to="x@y.z", delivered_to=f"answers+{CODE.upper()}@example.com"), id="delivered"),
        pytest.param(calendar(WHOLE, auto_submitted="auto-generated"), id="a calendar that says what it is"),
        pytest.param(calendar(WHOLE, content_type="text/calendar; charset=nonsense"), id="an unknown charset"),
        pytest.param(calendar(WHOLE, **{"from": "=?utf-8?b?5p6X?= <a@example.org>"}), id="with a name"),
        pytest.param(calendar("SUMMARY:x\r\nDTSTART;TZID=Nowhere:20260302T1\r\n" + WHOLE), id="what is not asked"),
    ],
)  # fmt: skip
def test_an_answer_is_found(message: bytes) -> None:
    found = find_answer(message)
    assert (list(found.codes), found.sent_from) == ([CODE], "a@example.org")
    assert [(one.event_id, one.sequence, one.email, one.response) for one in found.answers] == [
        ("e", 0, "a@example.org", "accepted")
    ]
