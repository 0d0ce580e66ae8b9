"""What enterprise apps are told about themselves, by the names of the reference."""

from __future__ import annotations

SUITE_TICKET = "suite_ticket"
ORG_SUITE_AUTH = "org_suite_auth"
ORG_SUITE_CHANGE = "org_suite_change"
ORG_SUITE_RELIEVE = "org_suite_relieve"

TICKET_MS = 5 * 3_600_000
"""How long a suite ticket is the one of now. Source: DingTalk's page of the event, "every five hours"."""
