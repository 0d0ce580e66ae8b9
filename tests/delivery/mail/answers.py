"""What a guest's calendar makes of a mail, and what it sends back. Not by our own reading and writing of the text."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import icalendar

from tests.delivery.mail.post_office import part_of


def vevents(mail: EmailMessage) -> list[Any]:
    """Those of the calendar part, which is attached as it stands there."""
    text = part_of(mail, "text/calendar")
    assert part_of(mail, "application/ics").decode().splitlines() == text.splitlines()
    return list(icalendar.Calendar.from_ical(text).walk("VEVENT"))


def method_of(mail: EmailMessage) -> str:
    (part,) = [one for one in mail.walk() if one.get_content_type() == "text/calendar"]
    method = part.get_param("method")
    assert icalendar.Calendar.from_ical(part.get_content())["METHOD"] == method
    return method


def answer_to(
    mail: EmailMessage,
    response: str,
    *,
    address: str | None = None,
    sent_from: str | None = None,
    at: datetime,
    sequence: int | None = None,
    occurrence: Any = None,
    method: str = "REPLY",
    to: str | None = None,
    uid: str | None = None,
) -> bytes:
    """The mail that a calendar sends for who got *mail*, unless said otherwise; *at* is when they answered."""
    asked = vevents(mail)[0]
    address = address or mail["to"].addresses[0].addr_spec
    calendar, event = icalendar.Calendar(), icalendar.Event()
    calendar.add("PRODID", "-//Test//EN")
    calendar.add("VERSION", "2.0")
    calendar.add("METHOD", method)
    event.add("UID", uid or asked["UID"])
    event.add("DTSTAMP", at.astimezone(UTC))
    event.add("SEQUENCE", asked["SEQUENCE"] if sequence is None else sequence)
    if occurrence is not None:
        event.add("RECURRENCE-ID", occurrence)
    elif "RECURRENCE-ID" in asked:
        event["RECURRENCE-ID"] = asked["RECURRENCE-ID"]
    organizer = icalendar.vCalAddress(asked["ORGANIZER"])
    event.add("ORGANIZER", organizer)
    attendee = icalendar.vCalAddress(f"mailto:{address}")
    attendee.params["PARTSTAT"] = icalendar.vText(response)
    event.add("ATTENDEE", attendee)
    calendar.add_component(event)
    answer = EmailMessage(SMTP)
    answer["From"] = sent_from or address
    answer["To"] = to or str(organizer).removeprefix("mailto:")
    answer["Subject"] = f"{response}: {mail['subject']}"
    answer.set_content(f"{response}\n")
    answer.add_alternative(calendar.to_ical().decode(), subtype="calendar", params={"method": method})
    return answer.as_bytes()
