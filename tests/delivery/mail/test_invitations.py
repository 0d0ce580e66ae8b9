"""What people get by mail, from the operation to the mail server."""

from __future__ import annotations

import re
from email.utils import getaddresses, parsedate_to_datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rili.testing import START
from tests.conformance.clients import at, call
from tests.delivery.mail.answers import method_of, vevents
from tests.delivery.mail.conftest import Post
from tests.delivery.mail.post_office import part_of
from tests.properties import everyday


def texts(mail: Any) -> tuple[str, str]:
    return part_of(mail, "text/plain"), part_of(mail, "text/html")


def test_an_invitation(post: Post) -> None:
    """A guest's is in the organisation's language, a colleague's in their own; both can be answered."""
    guest, app = post.new_guest(), post.app
    people = [{"email": guest}, {"id": post.colleague.union_id, "isOptional": True}]
    draft = {
        "summary": "Budget <review>", "description": "Bring figures & <b>facts</b>", "attendees": people,
        "location": {"displayName": "Haus 3"}, "onlineMeetingInfo": {"type": "dingtalk"},
    }  # fmt: skip
    event_id = app.create(draft)["id"]
    mails = {mail["to"].addresses[0].addr_spec: mail for mail in post.mails_to(guest, post.colleague.email)}

    english, chinese = mails[post.colleague.email], mails[guest]
    assert english["subject"] == "Invitation: Budget <review>"
    assert chinese["subject"] == "邀请：Budget <review>"
    text, html = texts(english)
    assert f"{app.organizer.name} invites you to" in text
    assert "When: Tue 10 Mar 2026 14:00 – 15:00 (Asia/Shanghai)" in text
    assert "Where: Haus 3" in text
    assert "Bring figures & <b>facts</b>" in text
    assert "Bring figures &amp; &lt;b&gt;facts&lt;/b&gt;" in html
    assert "/answer/" not in text + html  # who has an account needs no link
    text, html = texts(chinese)
    assert "时间：2026年3月10日 周二 14:00 – 15:00 (Asia/Shanghai)" in text
    links = (
        re.findall(r"接受：(\S+)", text) + re.findall(r"暂定：(\S+)", text) + re.findall(r"拒绝：(\S+)", text)
    )
    assert [link.rpartition("=")[2] for link in links] == ["accepted", "tentative", "declined"]
    for link in links:
        target = link.removeprefix(post.server.base_url)
        page = call(post.server.endpoint, "GET", target)
        assert f'value="{link.rpartition("=")[2]}" class="main" aria-pressed="false"' in page.body.decode()
        assert f'href="{link.replace("&", "&amp;")}"' in html
    assert post.response_of(event_id, guest) == "needsAction"  # following a link answers nothing

    (event,) = vevents(english)
    assert method_of(english) == method_of(chinese) == "REQUEST"
    assert (event["UID"], event["SEQUENCE"], str(event["SUMMARY"])) == (event_id, 1, "Budget <review>")
    attendees = event["ATTENDEE"]
    assert {str(one): one.params["PARTSTAT"] for one in attendees} == {
        f"mailto:{post.colleague.email}": "NEEDS-ACTION",
        f"mailto:{guest}": "NEEDS-ACTION",
    }
    assert {one.params["RSVP"] for one in attendees} == {"TRUE"}
    (event,) = vevents(chinese)
    assert str(event["ATTENDEE"]) == f"mailto:{guest}"  # of the others a guest is told nothing
    organizer = event["ORGANIZER"]
    assert organizer.params["CN"] == app.organizer.name
    (answers, human) = getaddresses([chinese["reply-to"]])
    assert str(organizer) == f"mailto:{answers[1]}"
    assert re.fullmatch(r"answers\+[a-z2-7]{32}@example\.com", answers[1])
    assert human[1] == app.organizer.email


def test_the_envelope(post: Post) -> None:
    guest = post.new_guest()
    post.app.create({"summary": "Envelope", "attendees": [{"email": guest}]})
    mail = post.mail_to(guest)

    sender = mail["from"].addresses[0]
    assert (sender.display_name, sender.addr_spec) == (post.app.organizer.name, "calendar@example.com")
    assert mail["auto-submitted"] == "auto-generated"
    assert parsedate_to_datetime(mail["date"]).timestamp() * 1000 == post.server.clock()
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/calendar", "application/ics",
    ]  # fmt: skip
    assert all(line.isascii() and len(line) < 998 for line in mail.as_bytes().decode().splitlines())


def test_mails_of_one_event_hang_together(post: Post) -> None:
    guest, app = post.new_guest(), post.app
    event_id = app.create({"summary": "Thread", "attendees": [{"email": guest}]})["id"]
    first = post.mail_to(guest)
    app.update(event_id, {"summary": "Threads", **at("03-11T09:00")})
    second = post.mail_to(guest)
    app.delete(event_id)
    third = post.mail_to(guest)

    mails = [first, second, third]
    assert [mail["subject"] for mail in mails] == ["邀请：Thread", "变更：Threads", "取消：Threads"]
    assert [method_of(mail) for mail in mails] == ["REQUEST", "REQUEST", "CANCEL"]
    assert len({mail["message-id"] for mail in mails}) == 3
    assert {mail["references"] for mail in mails} == {first["in-reply-to"]}
    sequences = [vevents(mail)[0]["SEQUENCE"] for mail in mails]
    assert sequences == sorted(set(sequences))
    assert {str(vevents(mail)[0]["ORGANIZER"]) for mail in mails} == {str(vevents(first)[0]["ORGANIZER"])}
    assert "（主题、时间）" in part_of(second, "text/plain")
    (gone,) = vevents(third)
    assert gone["STATUS"] == "CANCELLED"
    assert "取消了" in part_of(third, "text/plain")
    assert "/answer/" not in part_of(third, "text/plain")


def test_who_is_removed(post: Post) -> None:
    """They alone hear of it; the mail says that it is they who are off."""
    guest, stays, app = post.new_guest(), post.new_guest(), post.app
    event_id = app.create({"attendees": [{"email": guest}, {"email": stays}]})["id"]
    post.mails_to(guest, stays)
    reply = app.call("POST", f"{app.path(event_id)}/attendees/batchRemove",
                     {"attendeesToRemove": [{"email": guest}]})  # fmt: skip
    assert reply.status == 200

    (mail,) = post.mails_to(guest, stays)
    assert method_of(mail) == "CANCEL"
    assert str(vevents(mail)[0]["ATTENDEE"]) == f"mailto:{guest}"
    assert "将你移出了" in part_of(mail, "text/plain")


def test_rooms_are_named(post: Post) -> None:
    guest, app, room = post.new_guest(), post.app, post.server.rooms[-1]
    event_id = app.create({
        "attendees": [{"email": guest}], "location": {"displayName": "Haus 3"}, **at("03-20T22:00"),
    })["id"]  # fmt: skip
    reply = app.call("POST", f"{app.path(event_id)}/meetingRooms",
                     {"meetingRoomsToAdd": [{"roomId": room.room_id}]})  # fmt: skip
    assert reply.status == 200, reply.body
    mail = post.mails_to(guest)[-1]

    (event,) = vevents(mail)
    assert str(event["LOCATION"]) == f"Haus 3; {room.name}"
    (there,) = [one for one in event["ATTENDEE"] if one.params.get("CUTYPE") == "ROOM"]
    assert (there.params["CN"], there.params["PARTSTAT"]) == (room.name, "ACCEPTED")
    assert f"会议室：{room.name}" in part_of(mail, "text/plain")
    app.delete(event_id)


def test_the_organizer_is_told_of_answers(post: Post) -> None:
    """In a mail that their own calendar, elsewhere, can take for the answer that it is."""
    app = post.app
    event_id = app.create({"summary": "Answers", "attendees": [{"id": post.colleague.union_id}]})["id"]
    post.mail_to(post.colleague.email)
    path = f"{app.path(event_id, user=post.colleague.union_id)}/respond"
    assert app.call("POST", path, {"responseStatus": "accepted"}).status == 200

    mail = post.mail_to(app.organizer.email)
    assert mail["subject"] == "已接受：Answers"
    assert mail["from"].addresses[0].display_name == post.colleague.name
    assert method_of(mail) == "REPLY"
    (event,) = vevents(mail)
    assert (str(event["ATTENDEE"]), event["ATTENDEE"].params["PARTSTAT"]) == (
        f"mailto:{post.colleague.email}",
        "ACCEPTED",
    )
    assert str(event["ORGANIZER"]) == f"mailto:{app.organizer.email}"
    assert getaddresses([mail["reply-to"]])[0][1] == post.colleague.email


HOSTILE = [
    pytest.param("Budget\r\nBcc: everybody@example.org", id="a header of its own"),
    pytest.param("=?utf-8?q?Budget=0D=0ABcc=3A_everybody=40example=2Eorg?=", id="an encoded one"),
    pytest.param("a\u2028b\u0085c\u000bd", id="other line breaks"),
    pytest.param("预算" * 700, id="long"),
    pytest.param("x" * 2000, id="long, without a space"),
    pytest.param("{{ 7 * 7 }}{% raw %}<script>alert(1)</script>", id="a template, and a script"),
    pytest.param('"quoted" <a@b.example>, ;:\\', id="what means something in headers"),
]


@pytest.mark.parametrize("summary", HOSTILE)
def test_hostile_titles(post: Post, summary: str) -> None:
    guest = post.new_guest()
    post.app.create({"summary": summary, "description": summary, "attendees": [{"email": guest}]})
    mail = post.mail_to(guest)

    assert [str(mail[name]) for name in ("bcc", "cc")] == ["None", "None"]
    assert sorted({name.lower() for name, _ in mail.items()}) == sorted([
        "from", "to", "reply-to", "subject", "date", "message-id", "in-reply-to", "references", "auto-submitted",
        "mime-version", "content-type",
    ])  # fmt: skip
    subject = str(mail["subject"])
    assert subject.startswith("邀请：")
    assert "\n" not in subject
    assert "=?" not in subject
    assert len(subject) <= 150
    html = part_of(mail, "text/html")
    assert "<script>" not in html
    assert "49" not in str(mail["subject"])
    assert str(vevents(mail)[0]["SUMMARY"]).replace("\n", "")[:5] == summary.replace("\r\n", "")[:5]


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=120))
@settings(everyday, max_examples=100)
def test_any_title_and_name_stay_within_their_headers(text: str) -> None:
    from email.headerregistry import Address
    from email.message import EmailMessage

    from rili.delivery.mail.message import mail_policy, plain_line, plain_name
    from tests.delivery.mail.post_office import parsed

    mail = EmailMessage(mail_policy)
    mail["From"] = Address(plain_name(text), addr_spec="calendar@example.com")
    mail["Subject"] = plain_line(text, 150)
    mail.set_content("x")
    back = parsed(mail.as_bytes())
    assert {name.lower() for name, _ in back.items()} == {
        "from", "subject", "content-type", "content-transfer-encoding", "mime-version",
    }  # fmt: skip
    assert str(back["subject"]) == plain_line(text, 150)
    assert back["from"].addresses[0].addr_spec == "calendar@example.com"
    assert back["from"].addresses[0].display_name == plain_name(text)


def test_no_mail_of_what_was_there_from_the_start(post: Post) -> None:
    """The demo's own events."""
    assert START.timestamp() * 1000 <= post.server.clock()
    assert post.mails_to(*[user.email for user in post.server.users]) == []


def test_whoever_is_on_one_occurrence_is_named_there(post: Post) -> None:
    guest, app = post.new_guest(), post.app
    series, days = app.make_series({"summary": "Alone", "attendees": [{"id": post.colleague.union_id}]})
    added = app.call("POST", f"{app.path(days[3])}/attendees", {"attendeesToAdd": [{"email": guest}]})
    assert added.status == 200
    (alone,) = vevents(post.mail_to(guest))
    assert "RECURRENCE-ID" in alone
    assert "RRULE" not in alone

    app.update(series, {"summary": "Together"})
    whole, exception = vevents(post.mails_to(post.colleague.email)[-1])
    assert str(whole["ATTENDEE"]) == f"mailto:{post.colleague.email}"
    assert {str(one) for one in exception["ATTENDEE"]} == {
        f"mailto:{post.colleague.email}",
        f"mailto:{guest}",
    }
    app.delete(series)


def test_handing_over(post: Post) -> None:
    """Who has the event from now on has it here; the others' calendars learn whose it is."""
    guest, app, colleague = post.new_guest(), post.app, post.colleague
    people = [{"email": guest}, {"id": colleague.union_id}]
    event_id = app.create({"summary": "Handed over", "attendees": people})["id"]
    before = {mail["to"].addresses[0].addr_spec: mail for mail in post.mails_to(guest, colleague.email)}
    reply = app.call(
        "POST",
        f"{app.path(event_id)}/transfer",
        {"newOrganizerId": colleague.union_id, "needNotifyViaO2O": True},
    )
    assert reply.status == 200, reply.body

    after = {mail["to"].addresses[0].addr_spec: mail for mail in post.mails_to(guest, colleague.email)}
    assert "text/calendar" not in {part.get_content_type() for part in after[colleague.email].walk()}
    (event,) = vevents(after[guest])
    assert event["ORGANIZER"].params["CN"] == colleague.name
    assert str(event["ORGANIZER"]) == str(vevents(before[guest])[0]["ORGANIZER"])  # the guest's own code
