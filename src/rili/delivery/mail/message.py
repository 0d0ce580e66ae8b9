"""One mail: text, HTML, and what its reader's calendar should make of it (RFC 5545, 5546, 6047)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from hashlib import sha256
from typing import Literal

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from msgspec import Struct

from rili.delivery.mail.codes import Codes, tagged
from rili.delivery.mail.facts import Facts
from rili.delivery.mail.words import ANSWERS, ahead_text, changed_text, first_time, repeats_text, when_text
from rili.ical.write import PERSON_URI, Message, Naming, event_text, occurrence_text
from rili.model.notice import MailNotice, Notice
from rili.model.series import Slot
from rili.store.answer_links import AnswerLink
from rili.store.deliveries import Delivery

SUBJECT_CHARACTERS = 150
NAME_BYTES = 36
"""One encoded word on the first line: what is folded may come back with a space in it."""

mail_policy = SMTP.clone(cte_type="7bit")
_PREFIXES = {
    "invitation": ("Invitation", "邀请"), "change": ("Changed", "变更"), "cancellation": ("Cancelled", "取消"),
    "reminder": ("Reminder", "提醒"),
}  # fmt: skip
_BUTTONS = (
    ("accepted", "Accept", "接受"),
    ("tentative", "Maybe", "暂定"),
    ("declined", "Decline", "拒绝"),
)
_ROOM_STATUS = {
    "accepted": ("approved", "已通过"),
    "declined": ("refused", "已拒绝"),
    "tentative": ("waits", "待审批"),
}
_NAME = re.compile(r'[^\s"(),:;<>@\[\\\]]+')
_HOST = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*|\[[0-9A-Fa-f:.]+\]")
_environment = Environment(
    loader=PackageLoader("rili.delivery.mail"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


class Sender(Struct, frozen=True):
    """What is the same in every mail of a server."""

    address: str
    answers_to: str | None
    """Where answers by mail go; a code comes behind its name."""
    public_url: str
    meeting_url: Callable[[str], str]
    codes: Codes


class Mail(Struct, frozen=True):
    """A mail that is ready, to whom, and the links in it that must be known before it is read."""

    recipient: str
    content: bytes
    links: dict[str, AnswerLink]
    """By their codes."""


class NoAddress(ValueError):
    """What mail cannot be sent to."""


def write_mail(delivery: Delivery, mail: MailNotice, facts: Facts, sender: Sender, *, now_ms: int) -> Mail:
    """The mail. Raises NoAddress."""
    writing = _Writing(delivery, mail, facts, sender)
    to = recipient_of(mail.email)
    message = EmailMessage(mail_policy if to.addr_spec.isascii() else mail_policy.clone(utf8=True))
    domain = sender.address.rpartition("@")[2]
    thread = _message_id(f"{delivery.corp_id}\n{mail.notice.event.id}\n{mail.person_id}", domain)
    message["From"] = Address(writing.sender_name(), addr_spec=sender.address)
    message["To"] = to
    if answers := writing.reply_to():
        message["Reply-To"] = answers
    message["Subject"] = writing.subject()
    message["Date"] = datetime.fromtimestamp(now_ms // 1000, UTC)
    message["Message-ID"] = _message_id(f"{delivery.corp_id}\n{delivery.id}", domain)
    # No mail bears this id: whatever comes first, all that is said of one event hangs together.
    message["In-Reply-To"] = thread
    message["References"] = thread
    message["Auto-Submitted"] = "auto-generated"
    values = writing.values()
    message.set_content(_environment.get_template("mail.txt").render(values))
    message.add_alternative(_environment.get_template("mail.html").render(values), subtype="html")
    if (calendar := writing.calendar()) is not None:
        method, text = calendar
        message.add_alternative(text.decode(), subtype="calendar", params={"method": method}, cte="base64")
        message.add_attachment(text, maintype="application", subtype="ics", filename="invite.ics")
    return Mail(to.addr_spec, message.as_bytes(), writing.links())


def recipient_of(email: str) -> Address:
    """*email* as a header and an SMTP server take it. Raises NoAddress."""
    name, at, domain = email.strip().rpartition("@")
    try:
        domain = domain if domain.isascii() else domain.encode("idna").decode()
        if not (at and name and _HOST.fullmatch(domain)) or _has_controls(name):
            raise NoAddress(email)
        address = Address("", name, domain)
        if not name.isascii():
            if not _NAME.fullmatch(name):
                raise NoAddress(email)
        elif Address("", addr_spec=address.addr_spec) != address:
            raise NoAddress(email)
    except NoAddress:
        raise
    except Exception as error:
        raise NoAddress(email) from error
    return address


class _Writing:
    """What stands in one mail."""

    def __init__(self, delivery: Delivery, mail: MailNotice, facts: Facts, sender: Sender) -> None:
        self.delivery = delivery
        self.mail = mail
        self.facts = facts
        self.sender = sender
        self.notice: Notice = mail.notice
        self.zh = facts.language == "zh"
        self.slot = Slot.of_key(self.notice.occurrence) if self.notice.occurrence else None
        self.page = AnswerLink(delivery.corp_id, self.notice.event.id, self.slot, mail.person_id, kind="page")
        self.reply = AnswerLink(delivery.corp_id, self.notice.event.id, None, mail.person_id, kind="mail")
        self.organizes = mail.person_id == facts.organizer.person_id
        self.asks = not self.organizes and self.notice.kind in ("invitation", "change", "reminder")

    def links(self) -> dict[str, AnswerLink]:
        """Those by which its reader can answer."""
        if not (self.facts.invited and self.asks):
            return {}
        links: list[AnswerLink] = []
        if self.mail.guest:
            links.append(self.page)
        if self.sender.answers_to is not None and self.notice.kind != "reminder":
            links.append(self.reply)
        return {self.sender.codes.of(one): one for one in links}

    def sender_name(self) -> str:
        """Who speaks; an address is no name."""
        facts = self.facts
        name = facts.organizer.name
        if self.notice.kind == "answer" and facts.operator is not None:
            name = facts.operator.name
        if self.notice.kind == "reminder" or "@" in name:
            name = facts.organisation.name
        return plain_name(name)

    def reply_to(self) -> list[Address]:
        """Where the answers of calendars go, and what people write: both may go to both."""
        found: list[Address] = []
        if self.asks and self.notice.kind != "reminder" and self.sender.answers_to is not None:
            found.append(Address("", addr_spec=self._answers_address(self.sender.answers_to)))
        speaker = self.facts.organizer
        if self.notice.kind == "answer" and self.facts.operator is not None:
            speaker = self.facts.operator
        email = speaker.email or self.facts.emails.get(speaker.person_id)
        if email is not None and email != self.mail.email:
            try:
                address = recipient_of(email)
            except NoAddress:
                return found
            if address.addr_spec.isascii():
                found.append(address)
        return found

    def subject(self) -> str:
        """A line."""
        if self.notice.kind == "answer":
            prefix = ANSWERS[self.notice.response or "needsAction"][self.zh]
        else:
            prefix = _PREFIXES[self.notice.kind][self.zh]
        title = self.notice.event.summary
        return plain_line(f"{prefix}：{title}" if self.zh else f"{prefix}: {title}", SUBJECT_CHARACTERS)

    def values(self) -> dict[str, object]:
        """Of the templates."""
        event, facts = self.notice.event, self.facts
        return {
            "lang": "zh-CN" if self.zh else "en",
            "subject": self.subject(),
            "lead": self._lead(),
            "title": plain_line(event.summary, len(event.summary)),
            "gone": self.notice.kind == "cancellation",
            "rows": self._rows(),
            "description": (event.description or "").strip() if self.notice.kind != "answer" else "",
            "buttons": self._buttons(),
            "colon": "：" if self.zh else ": ",
            "foot": f"由 {facts.organisation.name} 的日历发送。"
            if self.zh
            else f"Sent by the calendar of {facts.organisation.name}.",
        }

    def calendar(self) -> tuple[Literal["REQUEST", "CANCEL", "REPLY"], bytes] | None:
        """The method, and the text; None where it is no news to a calendar."""
        notice, subject = self.notice, self.facts.subject
        person, version = self.mail.person_id, self.facts.version
        named = frozenset(subject.everybody()) - {self.facts.organizer.person_id}
        if notice.kind == "answer":
            if self.facts.operator is None or notice.response in (None, "needsAction"):
                return None
            message = Message("REPLY", self.delivery.born_ms, version, self._organizer_uri(), named)
        elif self.organizes or notice.kind == "reminder":
            return None
        elif notice.kind == "cancellation":
            # Of an event as a whole nothing follows, and RFC 5546 3.2.5 wants the number to grow.
            last = int(self.facts.called_off and self.slot is None)
            message = Message(
                "CANCEL", self.delivery.born_ms, version + last, self._organizer_uri(), frozenset({person})
            )
        else:
            message = Message("REQUEST", self.delivery.born_ms, version, self._organizer_uri(), named)
        naming = Naming(self.facts.emails, self.sender.meeting_url)
        if subject.instance is not None:
            text = occurrence_text(subject.instance, subject.people, naming=naming, message=message)
        else:
            text = event_text(
                subject.event,
                subject.people,
                overrides=subject.overrides,
                people_on=subject.people_on,
                naming=naming,
                message=message,
            )
        return message.method, text

    def _answers_address(self, answers_to: str) -> str:
        return tagged(answers_to, self.sender.codes.of(self.reply))

    def _organizer_uri(self) -> str:
        """Where calendars send answers: to us, or else to the organizer, who then reads them."""
        if self.notice.kind != "answer" and self.sender.answers_to is not None:
            return f"mailto:{self._answers_address(self.sender.answers_to)}"
        organizer = self.facts.organizer.person_id
        email = self.facts.emails.get(organizer)
        if email is not None:
            return f"mailto:{email}"
        return PERSON_URI + organizer if self.notice.kind == "answer" else f"mailto:{self.sender.address}"

    def _lead(self) -> str:
        notice, zh = self.notice, self.zh
        who = (self.facts.operator or self.facts.organizer).name or ("有人" if zh else "Somebody")
        match notice.kind:
            case "invitation":
                return f"{who}邀请你参加：" if zh else f"{who} invites you to"
            case "cancellation" if self.facts.called_off:
                return f"{who}取消了：" if zh else f"{who} cancelled"
            case "cancellation":
                return f"{who}将你移出了：" if zh else f"{who} took you off"
            case "answer":
                answer = ANSWERS[notice.response or "needsAction"][zh]
                return f"{who}的答复：{answer}" if zh else f"{who} answered: {answer}"
            case "reminder":
                late = ("（提醒延迟送达）" if zh else " (this reminder is late)") if notice.late else ""
                return ahead_text(notice.minutes or 0, self.facts.language) + late
            case "change":
                what = changed_text(notice.changed, self.facts.language)
                if zh:
                    return f"{who}变更了日程（{what}）：" if what else f"{who}变更了日程："
                return f"{who} changed this ({what}):" if what else f"{who} changed this:"

    def _rows(self) -> list[tuple[str, str, str]]:
        """Name, value and, of a link, its address."""
        event, facts, zh = self.notice.event, self.facts, self.zh
        rows = [
            ("时间" if zh else "When", when_text(first_time(event), facts.zone, facts.language), ""),
        ]
        if event.recurrence is not None:
            rows.append(("重复" if zh else "Repeats", repeats_text(event.recurrence, facts.language), ""))
        if event.location:
            rows.append(("地点" if zh else "Where", event.location, ""))
        answered = {room.room_id for room in self.notice.rooms}
        rooms = [room.name for room in event.rooms if room.holds and room.room_id not in answered]
        rooms += [f"{room.name} ({_ROOM_STATUS[room.status][zh]})" for room in self.notice.rooms]
        if rooms:
            rows.append(("会议室" if zh else "Rooms", ("、" if zh else ", ").join(rooms), ""))
        if event.conference_id is not None and self.notice.kind != "cancellation":
            address = self.sender.meeting_url(event.conference_id)
            rows.append(("线上会议" if zh else "Online meeting", address, address))
        if not self.organizes and facts.organizer.name:
            rows.append(("组织者" if zh else "Organizer", facts.organizer.name, ""))
        return rows

    def _buttons(self) -> list[tuple[str, str]]:
        if not (self.mail.guest and self.facts.invited and self.asks):
            return []
        code = self.sender.codes.of(self.page)
        base = f"{self.sender.public_url}/answer/{code}?lang={self.facts.language}&answer="
        return [(name_zh if self.zh else name, base + answer) for answer, name, name_zh in _BUTTONS]


def _message_id(of: str, domain: str) -> str:
    """Short: longer ones would not stay on one line."""
    return f"<{sha256(of.encode()).hexdigest()[:32]}@{domain}>"


def plain_line(text: str, characters: int) -> str:
    """*text* on one line. `=?` would be read as an encoded word (RFC 2047) that somebody else wrote."""
    line = " ".join("".join(" " if _is_control(char) else char for char in text).split())
    line = line.replace("=?", "= ?")
    return line if len(line) <= characters else line[: characters - 1] + "…"


def plain_name(text: str) -> str:
    """A name without what means something in an address."""
    plain = "".join(char if char.isalnum() or char in " .-_'&·" else " " for char in text)
    return " ".join(plain.split()).encode()[:NAME_BYTES].decode(errors="ignore").strip()


def _is_control(char: str) -> bool:
    return ord(char) < 32 or ord(char) in (127, 0x85, 0x2028, 0x2029) or 0xD800 <= ord(char) <= 0xDFFF


def _has_controls(text: str) -> bool:
    return any(_is_control(char) or char.isspace() for char in text)
