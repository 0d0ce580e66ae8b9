"""Each kind of notice as a mail, by itself: of an event that is gone from the database, or never was there."""

from __future__ import annotations

from typing import Any

import pytest

from rili.delivery.telling import Telling, tell
from rili.model.notice import Notice
from tests.delivery.conftest import CORP, NOW_MS
from tests.delivery.mail.answers import method_of
from tests.delivery.mail.post_office import part_of, post_office
from tests.delivery.mail.test_smtp import EVENT, Sandbox


@pytest.mark.parametrize(
    ("notice", "subject", "lead", "method"),
    [
        pytest.param(Notice("invitation", EVENT), "Invitation: ", "Somebody invites you to", "REQUEST",
                     id="invitation"),
        pytest.param(Notice("change", EVENT, changed=("location",)), "Changed: ", "Somebody changed this (place):",
                     "REQUEST", id="change"),
        pytest.param(Notice("cancellation", EVENT), "Cancelled: ", "Somebody cancelled", "CANCEL", id="cancellation"),
        pytest.param(Notice("cancellation", EVENT, occurrence="2026031000"), "Cancelled: ", "Somebody cancelled",
                     "CANCEL", id="of a day that no rule has"),
        pytest.param(Notice("answer", EVENT, operator_id="x", response="declined"), "Declined: ",
                     "Somebody answered: Declined", "REPLY", id="answer"),
        pytest.param(Notice("reminder", EVENT, minutes=15), "Reminder: ", "Begins in 15 minutes", None, id="reminder"),
        pytest.param(Notice("reminder", EVENT, minutes=0, late=True), "Reminder: ",
                     "Begins now (this reminder is late)", None, id="late reminder"),
    ],
)  # fmt: skip
def test_kinds(db: Any, run: Any, notice: Notice, subject: str, lead: str, method: str | None) -> None:
    sandbox = Sandbox(db, run)
    telling = Telling("g", "id1", notice, here=False, email="g@example.org", guest=True)
    run(db.write(lambda tx: tell(tx, CORP, [telling], now_ms=NOW_MS)))
    with post_office() as office:
        sandbox.work(sandbox.sending(office.url))

    (mail,) = office.mails
    assert mail["subject"] == subject + EVENT.summary
    text = part_of(mail, "text/plain")
    assert text.splitlines()[0] == lead
    assert "/answer/" not in text  # nobody is invited any more
    types = {part.get_content_type() for part in mail.walk()}
    assert ("text/calendar" in types) == (method is not None)
    if method is not None:
        assert method_of(mail) == method
    assert part_of(mail, "text/html").count(lead) == 1


def test_who_left_gets_no_mail(db: Any, run: Any) -> None:
    sandbox = Sandbox(db, run)
    telling = Telling("gone", "id1", Notice("invitation", EVENT), here=False, email="g@example.org")
    run(db.write(lambda tx: tell(tx, CORP, [telling], now_ms=NOW_MS)))
    with post_office() as office:
        sandbox.work(sandbox.sending(office.url))
    assert office.envelopes == []
    assert sandbox.left() == (0, 0)
