"""The kinds of app, and which of them an operation may be called by.

Source: the reference's table of permission points, last column.
"""

from __future__ import annotations

from typing import Literal

AppKind = Literal["internal", "enterprise", "personal"]
"""Of one organisation; a vendor's that organisations authorise (suiteKey); a vendor's that people let act (appId)."""

INTERNAL: AppKind = "internal"
ENTERPRISE: AppKind = "enterprise"
PERSONAL: AppKind = "personal"

EVERY = frozenset[str]({INTERNAL, ENTERPRISE, PERSONAL})
NOT_PERSONAL = frozenset[str]({INTERNAL, ENTERPRISE})
NOT_ENTERPRISE = frozenset[str]({INTERNAL, PERSONAL})
ONLY_INTERNAL = frozenset[str]({INTERNAL})
