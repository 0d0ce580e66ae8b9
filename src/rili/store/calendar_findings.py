"""Grants, subscriptions and settings that belong to nobody: what `rili doctor` tells of calendars."""

from __future__ import annotations

from rili.store.db import Tx

_ABSENT = """
    NOT EXISTS (SELECT 1 FROM users
                 WHERE users.corp_id = found.corp_id AND union_id = {person} AND active = 1)
"""
_OTHER_KIND = """
    NOT EXISTS (SELECT 1 FROM calendars
                 WHERE calendars.corp_id = found.corp_id AND calendars.calendar_id = found.calendar_id
                   AND kind = '{kind}')
"""

_QUESTIONS = {
    "a grant to somebody who left": f"acls AS found WHERE {_ABSENT.format(person='found.person_id')}",
    "a grant, and it is no primary calendar": f"acls AS found WHERE {_OTHER_KIND.format(kind='primary')}",
    "a manager who left": f"calendar_managers AS found WHERE {_ABSENT.format(person='found.person_id')}",
    "a manager, and it is no subscribed calendar": "calendar_managers AS found WHERE "
    + _OTHER_KIND.format(kind="subscribed"),
    "a subscription of somebody who left": f"subscriptions AS found WHERE {_ABSENT.format(person='found.person_id')}",
    "a subscription, and it is no subscribed calendar": "subscriptions AS found WHERE "
    + _OTHER_KIND.format(kind="subscribed"),
    "settings, and it is no subscribed calendar": "subscribed_calendars AS found WHERE "
    + _OTHER_KIND.format(kind="subscribed"),
    "an author who left": f"calendars AS found WHERE kind = 'subscribed' AND {_ABSENT.format(person='found.owner_id')}",
    "no settings": """calendars AS found WHERE kind = 'subscribed'
        AND NOT EXISTS (SELECT 1 FROM subscribed_calendars AS own
                         WHERE own.corp_id = found.corp_id AND own.calendar_id = found.calendar_id)""",
}


def findings(tx: Tx) -> list[str]:
    """One line each, in the order of calendars."""
    found = [
        (corp_id, calendar_id, what)
        for what, question in _QUESTIONS.items()
        for corp_id, calendar_id in tx.all(
            f"SELECT DISTINCT found.corp_id, found.calendar_id FROM {question}"
        )
    ]
    return [f"calendar {calendar_id} of {corp_id}: {what}" for corp_id, calendar_id, what in sorted(found)]
