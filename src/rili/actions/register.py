"""Organisations and their apps: what must be there before anyone can call."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_network

import msgspec
from msgspec import UNSET

from rili.actions import announcements, checks, suites
from rili.actions.derived_bookings import derive_again
from rili.auth.sealing import SecretKey
from rili.errors import InvalidParameter, ItemNotFound
from rili.model import redirects as addresses
from rili.model import scopes
from rili.model.app_kinds import ENTERPRISE
from rili.model.directory import ROOT_DEPT_ID, App, Department, Organisation, OrganisationChange
from rili.model.secrets import hash_secret
from rili.store import (
    app_ranges,
    apps,
    authorizations,
    bookings,
    deliveries,
    departments,
    grants,
    organisations,
    push_settings,
    stream_tickets,
    suite_events,
    tokens,
    users,
    zone_changes,
)
from rili.store import suites as suite_rows
from rili.store.db import Tx

MOST_NETWORKS = 100
MOST_REDIRECTS = 20


def add_organisation(tx: Tx, organisation: Organisation) -> Organisation:
    """Add an organisation, and its root department of the same name."""
    if organisations.get(tx, organisation.corp_id):
        raise InvalidParameter(f"Organisation {organisation.corp_id} exists already")
    organisation = _checked(organisation)
    organisations.add(tx, organisation)
    departments.add(
        tx,
        Department(
            corp_id=organisation.corp_id, dept_id=ROOT_DEPT_ID, parent_id=None, name=organisation.name
        ),
    )
    return organisation


def get_organisation(tx: Tx, corp_id: str) -> Organisation:
    """Raises ItemNotFound."""
    organisation = organisations.get(tx, corp_id)
    if organisation is None:
        raise ItemNotFound(f"No organisation {corp_id}")
    return organisation


def only_organisation(tx: Tx) -> Organisation:
    """The organisation of a server that has one. Raises InvalidParameter when it has none or several."""
    match organisations.list_all(tx):
        case [organisation]:
            return organisation
        case []:
            raise InvalidParameter("There is no organisation yet: rili org add NAME")
        case several:
            raise InvalidParameter(f"There are {len(several)} organisations: say which with --org")


def list_organisations(tx: Tx) -> list[Organisation]:
    return organisations.list_all(tx)


def set_organisation(tx: Tx, corp_id: str, change: OrganisationChange, *, now_ms: int) -> Organisation:
    organisation = get_organisation(tx, corp_id)
    named = {field: value for field, value in msgspec.structs.asdict(change).items() if value is not UNSET}
    changed = _checked(msgspec.structs.replace(organisation, **named))
    organisations.replace(tx, changed)
    announcements.organisation_changed(tx, organisation, changed, now_ms=now_ms)
    if changed.zone != organisation.zone:
        zone_changes.add_everybody(tx, corp_id, organisation.zone, changed.zone)
        # Where whole days begin for rooms.
        derive_again(tx, [(corp_id, event_id) for event_id in bookings.events_of(tx, corp_id)])
    return changed


def remove_organisation(tx: Tx, corp_id: str) -> None:
    """Delete an organisation that nobody uses any more, with all that it held."""
    get_organisation(tx, corp_id)
    people = sum(user.active for user in users.list_all(tx, corp_id))
    kept_apps = len(apps.list_all(tx, corp_id))
    if people or kept_apps:
        raise InvalidParameter(
            f"Organisation {corp_id} is not empty (people: {people}, apps: {kept_apps}): remove them first"
        )
    organisations.erase(tx, corp_id)


def add_app(tx: Tx, app: App, app_secret: str, key: SecretKey | None = None, *, new_ticket: str = "") -> App:
    """Add an app. Of the secret only the hash is kept; of an enterprise app, which needs *key* and *new_ticket*,
    the secret encrypted too.
    """
    get_organisation(tx, app.corp_id)
    if apps.get(tx, app.app_key):
        raise InvalidParameter(f"App {app.app_key} exists already")
    _agent_id_free(tx, app)
    app = msgspec.structs.replace(
        app, name=checks.text("name", app.name, 64), redirects=_redirects(app.redirects)
    )
    apps.add(tx, app, hash_secret(app_secret))
    if app.kind == ENTERPRISE:
        suites.begin(tx, app.app_key, app_secret, key, new_ticket=new_ticket, now_ms=app.created_ms)
    return app


def get_app(tx: Tx, corp_id: str, app_key: str) -> App:
    """Raises ItemNotFound."""
    app = find_app(tx, app_key)
    if app.corp_id != corp_id:
        raise ItemNotFound(f"No app {app_key}")
    return app


def find_app(tx: Tx, app_key: str) -> App:
    """The app, whosever it is. Raises ItemNotFound."""
    app = apps.get(tx, app_key)
    if app is None:
        raise ItemNotFound(f"No app {app_key}")
    return app


def list_apps(tx: Tx, corp_id: str) -> list[App]:
    get_organisation(tx, corp_id)
    return apps.list_all(tx, corp_id)


def set_app(
    tx: Tx,
    corp_id: str,
    app_key: str,
    *,
    name: str | None = None,
    agent_id: int | None = None,
    redirects: Iterable[str] | None = None,
    networks: Iterable[str] | None = None,
    new_secret: str | None = None,
    key: SecretKey | None = None,
) -> App:
    """Rename, renumber, say where people may be sent on to and from where it may call, or give a new secret.

    None leaves as it is.

    A new secret ends every token; that of an enterprise app needs *key*.
    """
    app = get_app(tx, corp_id, app_key)
    if name is not None:
        app = msgspec.structs.replace(app, name=checks.text("name", name, 64))
    if agent_id is not None:
        app = msgspec.structs.replace(app, agent_id=agent_id)
        _agent_id_free(tx, app)
    if redirects is not None:
        app = msgspec.structs.replace(app, redirects=_redirects(redirects))
    if networks is not None:
        app = msgspec.structs.replace(app, networks=_networks(networks))
    apps.replace(tx, app)
    if new_secret is not None:
        apps.replace_secret(tx, app_key, hash_secret(new_secret))
        if app.kind == ENTERPRISE:
            suites.replace_secret(tx, app_key, new_secret, key)
            authorizations.forget_tokens(tx, app_key)
        tokens.remove_of_app(tx, app_key)
        grants.remove_of_app(tx, app_key)
        stream_tickets.remove_of_app(tx, app_key)
    return app


def remove_app(tx: Tx, corp_id: str, app_key: str) -> None:
    """Delete the app; its tokens end now."""
    get_app(tx, corp_id, app_key)
    apps.lock(tx, app_key)  # whoever queues something for it is waited for, before that is dropped
    authorised_in = [one.corp_id for one in authorizations.of_app(tx, app_key)]
    for told_of in authorised_in:
        authorizations.remove(tx, told_of, app_key)
    suite_events.remove_of_app(tx, app_key)
    for told_of in sorted({corp_id, *authorised_in}):
        deliveries.drop(tx, told_of, app_key)
    app_ranges.remove_of_app(tx, app_key)
    tokens.remove_of_app(tx, app_key)
    grants.remove_of_app(tx, app_key)
    suite_rows.remove(tx, app_key)
    push_settings.remove(tx, app_key)
    stream_tickets.remove_of_app(tx, app_key)
    apps.remove(tx, app_key)


def grant(tx: Tx, corp_id: str, app_key: str, points: Iterable[str], *, only: bool = False) -> App:
    """Give the app permission points; with *only*, take away those not named."""
    app = get_app(tx, corp_id, app_key)
    wanted = frozenset(points)
    if unknown := sorted(wanted - scopes.ALL):
        raise InvalidParameter(
            f"No such permission point: {', '.join(unknown)}. There are: {', '.join(sorted(scopes.ALL))}"
        )
    app = msgspec.structs.replace(app, scopes=wanted if only else app.scopes | wanted)
    apps.replace(tx, app)
    return app


def _redirects(urls: Iterable[str]) -> tuple[str, ...]:
    checked = tuple(dict.fromkeys(addresses.check(url) for url in urls))
    if len(checked) > MOST_REDIRECTS:
        raise InvalidParameter(f"An app has at most {MOST_REDIRECTS} redirect addresses")
    return checked


def _networks(given: Iterable[str]) -> tuple[str, ...]:
    checked: dict[str, None] = {}
    for text in given:
        try:
            checked[str(ip_network(text))] = None
        except ValueError:
            raise InvalidParameter(
                f"{text!r} is no address and no network such as 10.0.0.0/8, with no bits set after the prefix"
            ) from None
    if len(checked) > MOST_NETWORKS:
        raise InvalidParameter(f"An app has at most {MOST_NETWORKS} networks")
    return tuple(checked)


def _checked(organisation: Organisation) -> Organisation:
    return msgspec.structs.replace(
        organisation,
        name=checks.text("name", organisation.name, 64),
        zone=checks.zone(organisation.zone),
        language=checks.language(organisation.language),
    )


def _agent_id_free(tx: Tx, app: App) -> None:
    if not 0 < app.agent_id < 2**53:
        raise InvalidParameter("agent_id is between 1 and 9007199254740991")
    for other in apps.list_all(tx, app.corp_id):
        if other.agent_id == app.agent_id and other.app_key != app.app_key:
            raise InvalidParameter(f"agent_id {app.agent_id} is the number of {other.app_key}")
