"""How an app is told of what happens: by the administrator's word, or by its own through the old API."""

from __future__ import annotations

from msgspec import Struct

from rili.actions.register import find_app
from rili.actions.sealed import callback_aes_key, callback_token, usable
from rili.actions.suite_events import tell_ticket
from rili.auth.sealing import NoSecretKey, SecretKey
from rili.errors import CallbackRefused, InvalidParameter
from rili.model import push_rules
from rili.model.app_kinds import AppKind
from rili.model.push_rules import MODES, Mode
from rili.store import apps
from rili.store import push_settings as rows
from rili.store.db import Tx


class Push(Struct, frozen=True, kw_only=True):
    """Settings in clear. url, token and aes_key: of the modes that go to an address, and there all three."""

    app_key: str
    mode: Mode
    event_types: frozenset[str] = frozenset()
    """None of them is all."""
    url: str | None = None
    token: str | None = None
    aes_key: str | None = None
    legacy: bool = False
    """Registered by the old API, whose owner key is the organisation's id."""

    def owner_key(self, corp_id: str) -> str:
        """Whom what is sent in that organisation is encrypted for."""
        return corp_id if self.legacy else self.app_key


def check(kind: AppKind, push: Push) -> None:
    """The rules. Raises CallbackRefused, InvalidParameter."""
    if push.mode not in MODES[kind]:
        modes = " or ".join("--" + mode.replace("_", "-") for mode in MODES[kind])
        raise InvalidParameter(
            f"{push.app_key} is an app of the kind {kind}: "
            + (f"it is told by {modes}" if modes else "apps of people are not told of anything")
        )
    push_rules.check_event_types(push.event_types)
    if push.url is not None:
        push_rules.check_url(push.url, tls=push.mode == "sync_http")
    if push.token is not None:
        push_rules.check_token(push.token, old=push.legacy)
    if push.aes_key is not None:
        push_rules.check_aes_key(push.aes_key)


def set_push(tx: Tx, push: Push, key: SecretKey | None, *, now_ms: int) -> None:
    """Tell the app so from now on.

    Raises ItemNotFound, CallbackRefused, InvalidParameter, NoSecretKey, WrongSecretKey.
    """
    check(find_app(tx, push.app_key).kind, push)
    apps.lock(tx, push.app_key)
    sealed = usable(tx, key) if push.url is not None else None
    rows.put(
        tx,
        rows.PushSettings(
            app_key=push.app_key,
            channel=push.mode,
            event_types=push.event_types,
            url=push.url,
            token=_sealed(sealed, push.token, callback_token(push.app_key)),
            aes_key=_sealed(sealed, push.aes_key, callback_aes_key(push.app_key)),
            legacy=push.legacy,
            created_ms=now_ms,
        ),
    )
    tell_ticket(tx, push.app_key, now_ms=now_ms)


def get_push(tx: Tx, app_key: str, key: SecretKey | None) -> Push | None:
    """How the app is told. Raises ItemNotFound, NoSecretKey, WrongSecretKey."""
    find_app(tx, app_key)
    settings = rows.get(tx, app_key)
    return None if settings is None else opened(settings, key)


def turn_off(tx: Tx, app_key: str, *, now_ms: int) -> None:
    """Tell it nothing, even when it opens a stream (decision 99). Raises ItemNotFound."""
    find_app(tx, app_key)
    apps.lock(tx, app_key)
    rows.put_off(tx, app_key, now_ms=now_ms)


def opened(settings: rows.PushSettings, key: SecretKey | None) -> Push:
    """*settings* in clear. Raises NoSecretKey, WrongSecretKey."""
    app_key = settings.app_key
    assert settings.channel != "mail"
    return Push(
        app_key=app_key,
        mode=settings.channel,
        event_types=settings.event_types,
        url=settings.url,
        token=_opened(key, settings.token, callback_token(app_key)),
        aes_key=_opened(key, settings.aes_key, callback_aes_key(app_key)),
        legacy=settings.legacy,
    )


def check_registration(tx: Tx, push: Push, key: SecretKey | None, *, again: bool) -> None:
    """Whether the old API would take *push*, but for its address; *again*: in the place of what it registered.

    Raises CallbackRefused, NoSecretKey, WrongSecretKey.
    """
    check(find_app(tx, push.app_key).kind, push)
    usable(tx, key)
    settings = rows.get(tx, push.app_key)
    if again:
        _legacy(settings)
    elif settings is not None:
        raise CallbackRefused("exists", "the app is told of events already")


def register(tx: Tx, push: Push, key: SecretKey | None, *, now_ms: int) -> None:
    """The old API: for an app that is not told yet. Raises as `check_registration`."""
    apps.lock(tx, push.app_key)
    check_registration(tx, push, key, again=False)
    set_push(tx, push, key, now_ms=now_ms)


def update(tx: Tx, push: Push, key: SecretKey | None, *, now_ms: int) -> None:
    """The old API: in the place of what it registered. Raises as `check_registration`."""
    apps.lock(tx, push.app_key)
    check_registration(tx, push, key, again=True)
    set_push(tx, push, key, now_ms=now_ms)


def registered(tx: Tx, app_key: str, key: SecretKey | None) -> Push:
    """What the app registered by the old API. Raises CallbackRefused, NoSecretKey, WrongSecretKey."""
    return opened(_legacy(rows.get(tx, app_key)), key)


def unregister(tx: Tx, app_key: str) -> None:
    """The old API: take back what it registered. Raises CallbackRefused."""
    apps.lock(tx, app_key)
    _legacy(rows.get(tx, app_key))
    rows.remove(tx, app_key)


def _legacy(settings: rows.PushSettings | None) -> rows.PushSettings:
    if settings is None or not settings.legacy:
        raise CallbackRefused("absent", "the app has registered no address by register_call_back")
    return settings


def _sealed(key: SecretKey | None, text: str | None, of: str) -> str | None:
    return None if key is None or text is None else key.seal(text, of=of)


def _opened(key: SecretKey | None, sealed: str | None, of: str) -> str | None:
    if sealed is None:
        return None
    if key is None:
        raise NoSecretKey
    return key.open(sealed, of=of)
