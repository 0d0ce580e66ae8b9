"""Where an app may act: organisations authorise enterprise apps; whose people may let an app act for them."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from rili.actions.register import find_app, get_organisation
from rili.errors import InvalidParameter
from rili.model.app_kinds import ENTERPRISE, INTERNAL
from rili.model.directory import App, Authorization, Organisation
from rili.model.suite_events import ORG_SUITE_AUTH, ORG_SUITE_CHANGE, ORG_SUITE_RELIEVE, SUITE_TICKET
from rili.store import (
    app_ranges,
    apps,
    authorizations,
    deliveries,
    grants,
    organisations,
    suite_events,
    tokens,
)
from rili.store.db import Tx


def authorize(
    tx: Tx, app_key: str, corp_id: str, points: Iterable[str] | None, *, now_ms: int
) -> Authorization:
    """Let an enterprise app act in the organisation, with *points*, or all that it has now (decision 72).

    Once more: *points* take the place of those it has there. Raises ItemNotFound, InvalidParameter.
    """
    apps.lock(tx, app_key)
    app = _enterprise_app(tx, app_key)
    get_organisation(tx, corp_id)
    wanted = app.scopes if points is None else frozenset(points)
    if beyond := sorted(wanted - app.scopes):
        raise InvalidParameter(
            f"{app_key} does not have {', '.join(beyond)} itself: its vendor gives it more with rili app grant"
        )
    one = Authorization(corp_id=corp_id, app_key=app_key, scopes=wanted, created_ms=now_ms)
    before = authorizations.get(tx, corp_id, app_key)
    authorizations.put(tx, one)
    if before is None:
        suite_events.add(tx, corp_id, app_key, ORG_SUITE_AUTH, now_ms=now_ms)
        return one
    if before.scopes != wanted:
        suite_events.add(tx, corp_id, app_key, ORG_SUITE_CHANGE, now_ms=now_ms)
    return msgspec.structs.replace(before, scopes=wanted)


def withdraw(tx: Tx, app_key: str, corp_id: str, *, now_ms: int) -> None:
    """Take it back: the app's tokens there, and its people's, end now, and what it was to be told of what happened
    there is told no more. Raises ItemNotFound, InvalidParameter.
    """
    _enterprise_app(tx, app_key)
    apps.lock(tx, app_key)  # so that nobody signs in meanwhile
    if not authorizations.remove(tx, corp_id, app_key):
        raise InvalidParameter(f"{corp_id} has not authorised {app_key}")
    app_ranges.replace(tx, corp_id, app_key, None)
    tokens.remove_of_app_in(tx, corp_id, app_key)
    grants.remove_of_app_in(tx, corp_id, app_key)
    deliveries.drop(tx, corp_id, app_key, but=SUITE_TICKET)
    suite_events.add(tx, corp_id, app_key, ORG_SUITE_RELIEVE, now_ms=now_ms)


def range_changed(tx: Tx, app_key: str, corp_id: str, *, now_ms: int) -> None:
    """Have the app told, when it is one that the organisation authorised."""
    apps.lock(tx, app_key)
    if authorizations.get(tx, corp_id, app_key) is not None:
        suite_events.add(tx, corp_id, app_key, ORG_SUITE_CHANGE, now_ms=now_ms)


def of_app(tx: Tx, app_key: str) -> list[Authorization]:
    """Where an enterprise app may act. Raises ItemNotFound, InvalidParameter."""
    _enterprise_app(tx, app_key)
    return authorizations.of_app(tx, app_key)


def of_organisation(tx: Tx, corp_id: str) -> list[tuple[App, Authorization]]:
    """Which enterprise apps may act there, and what they may do."""
    get_organisation(tx, corp_id)
    return [(find_app(tx, one.app_key), one) for one in authorizations.of_organisation(tx, corp_id)]


def only_home(tx: Tx, app: App) -> Organisation | None:
    """The organisation whose people alone may let *app* act for them, where there is one such."""
    if app.kind == INTERNAL:
        return organisations.get(tx, app.corp_id)
    if app.kind == ENTERPRISE:
        found = authorizations.of_app(tx, app.app_key, at_most=2)
        return organisations.get(tx, found[0].corp_id) if len(found) == 1 else None
    return organisations.only(tx)


def home_of(tx: Tx, app: App, name: str) -> Organisation | None:
    """The organisation with that id, or else that name, if its people may let *app* act for them."""
    found = [one] if (one := organisations.get(tx, name)) else organisations.named(tx, name)
    allowed = [one for one in found if is_home(tx, app, one.corp_id)]
    return allowed[0] if len(allowed) == 1 else None


def scopes_in(tx: Tx, app: App, corp_id: str) -> frozenset[str]:
    """What *app* may do in the organisation."""
    if app.kind != ENTERPRISE:
        return app.scopes
    one = authorizations.get(tx, corp_id, app.app_key)
    return app.scopes & one.scopes if one else frozenset()


def is_home(tx: Tx, app: App, corp_id: str) -> bool:
    """Whether *app* acts in the organisation, for it or for its people."""
    if app.kind == INTERNAL:
        return corp_id == app.corp_id
    return app.kind != ENTERPRISE or authorizations.get(tx, corp_id, app.app_key) is not None


def _enterprise_app(tx: Tx, app_key: str) -> App:
    app = find_app(tx, app_key)
    if app.kind != ENTERPRISE:
        raise InvalidParameter(
            f"{app_key} is an app of the kind {app.kind}: organisations authorise enterprise apps"
        )
    return app
