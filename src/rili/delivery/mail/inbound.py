"""Mail that comes back: finds the answer in it, and has it written."""

from __future__ import annotations

import codecs
import logging
import re
from collections.abc import Callable, Iterable, Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses
from typing import Literal

from msgspec import Struct

from rili.actions.mail_answers import MailAnswer, Outcome, answer_by_mail
from rili.delivery.aside import run_aside
from rili.delivery.mail.codes import codes_in
from rili.errors import Failure
from rili.ical.reply import read_answers
from rili.store.db import Database

HEAD_BYTES = 64 * 1024
CODES = 8
"""Addresses with a code that one message may have been sent to."""
_CHARSETS = ("ascii", "utf-8", "utf-16", "iso8859", "cp125", "gb", "big5", "euc", "shift_jis", "koi8")
_HEAD_ENDS = re.compile(rb"\r?\n\r?\n")
MESSAGE_BYTES = 2 * 2**20
"""What is longer is no answer."""
PARTS = 100

Verdict = Literal["answered", "nothing_new", "automatic", "remark", "not_understood"]
"""What a message is: an answer that was written; one that changes nothing; a bounce, or what machines send; words to a
person, without an answer; or none of these, which is for people to look at.
"""

_RECIPIENTS = ("delivered-to", "x-original-to", "envelope-to", "to", "cc", "resent-to")
_ABOUT_AN_ANSWER: dict[Outcome, Verdict] = {
    "answered": "answered", "nothing_new": "nothing_new", "nobodys": "nothing_new", "not_theirs": "not_understood",
    "not_this_event": "not_understood",
}  # fmt: skip
_METHOD = re.compile(rb"^METHOD[^:\r\n]*:\s*(?:REPLY|COUNTER)\b", re.IGNORECASE | re.MULTILINE)
_log = logging.getLogger("rili.mail")


class Found(Struct, frozen=True):
    """What one message holds."""

    codes: Sequence[str]
    sent_from: str
    answers: Sequence[MailAnswer]


class NoAnswer(Exception):
    """A message that holds none."""

    def __init__(self, verdict: Verdict, why: str) -> None:
        super().__init__(why)
        self.verdict: Verdict = verdict


async def receive(
    db: Database, message: bytes, clock: Callable[[], int], *, recipient: str | None = None
) -> Verdict:
    """Write the answer that *message* holds. *recipient*: to whom the mail server says it came.

    What it says is logged nowhere. Raises Failure when the database cannot be asked.
    """
    try:
        found = await run_aside(lambda: find_answer(message, recipient))
    except NoAnswer as none:
        _log.info("mail received: %s: %s", none.verdict, none)
        return none.verdict
    outcomes: list[Outcome] = []
    for code in found.codes:
        outcomes = await db.write(
            lambda tx, code=code: answer_by_mail(tx, code, found.sent_from, found.answers, now_ms=clock())
        )
        if any(one != "nobodys" for one in outcomes):
            break
    verdicts = {_ABOUT_AN_ANSWER[one] for one in outcomes}
    verdict: Verdict = next(one for one in ("answered", "not_understood", "nothing_new") if one in verdicts)
    _log.info("mail received: %s: %s", verdict, ", ".join(dict.fromkeys(outcomes)))
    return verdict


def find_answer(message: bytes, recipient: str | None = None) -> Found:
    """The answer in *message*. Raises NoAnswer, whatever the message is."""
    if len(message) > MESSAGE_BYTES:
        raise NoAnswer("not_understood", f"longer than {MESSAGE_BYTES} bytes")
    head_ends = _HEAD_ENDS.search(message)
    if (head_ends.start() if head_ends else len(message)) > HEAD_BYTES:
        raise NoAnswer("not_understood", f"its headers are longer than {HEAD_BYTES} bytes")
    try:
        return _find(message, recipient)
    except NoAnswer:
        raise
    except Exception as error:
        raise NoAnswer("not_understood", f"cannot be read: {type(error).__name__}") from error


def _find(message: bytes, recipient: str | None) -> Found:
    mail = message_from_bytes(message, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    calendars = list(_calendars(mail))
    if mail.get_content_type() == "multipart/report" or (not calendars and _is_automatic(mail)):
        raise NoAnswer("automatic", "sent by a machine")
    codes = codes_in([recipient] if recipient else ()) or codes_in(_addresses(mail, _RECIPIENTS))
    if not codes:
        raise NoAnswer("not_understood", "no address in it holds a code")
    if len(codes) > CODES:
        raise NoAnswer("not_understood", f"more than {CODES} addresses in it hold a code")
    if not calendars:
        raise NoAnswer("remark", "no answer of a calendar in it")
    senders = _addresses(mail, ("from",))
    if len(senders) != 1:
        raise NoAnswer("not_understood", "it does not say from whom alone it is")
    refused = ""
    for text in calendars:
        try:
            answers = [
                MailAnswer(
                    one.uid, one.at, one.sequence, one.stamp_ms, one.person.email or "", one.person.response
                )
                for one in read_answers(text)
                if one.person.response != "needsAction"
            ]
        except Failure as failure:
            refused = (failure.description or failure.message).partition(":")[0]
            continue
        if answers:
            return Found(codes, senders[0], answers)
        refused = "ATTENDEE"
    raise NoAnswer("not_understood", f"its calendar part is no answer: {refused}")


def _calendars(mail: EmailMessage) -> Iterable[bytes]:
    """The calendar parts that answer, also those that were attached; each once, in UTF-8.

    What somebody writes by hand may have our own invitation attached.
    """
    seen: set[bytes] = set()
    for number, part in enumerate(mail.walk()):
        if number >= PARTS:
            return
        if part.get_content_type() not in ("text/calendar", "application/ics"):
            continue
        raw = part.get_payload(decode=True)
        if not isinstance(raw, bytes):
            continue
        charset = part.get_content_charset("utf-8")
        try:
            text = raw.decode(charset).encode() if _is_common(charset) else raw
        except (LookupError, UnicodeError):
            text = raw
        if text not in seen and _METHOD.search(text):
            seen.add(text)
            yield text


def _is_common(charset: str) -> bool:
    """Whether it is one that mails are written in; to decode some of the others takes very long. Raises LookupError."""
    return codecs.lookup(charset).name.startswith(_CHARSETS)


def _is_automatic(mail: EmailMessage) -> bool:
    """An absence note, a bounce, a list (RFC 3834). What a calendar sends for its owner may say so too, and counts."""
    submitted = str(mail.get("auto-submitted", "no")).partition(";")[0].strip().lower()
    precedence = str(mail.get("precedence", "")).strip().lower()
    return (
        submitted != "no"
        or precedence in ("bulk", "junk", "list", "auto_reply")
        or str(mail.get("return-path", "")).strip() == "<>"
    )


def _addresses(mail: EmailMessage, names: Iterable[str]) -> list[str]:
    values = [str(value) for name in names for value in mail.get_all(name, [])]
    return [address for _, address in getaddresses(values) if "@" in address]
