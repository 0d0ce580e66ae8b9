"""What an organisation adds to calendars: an administrator configures it, apps say for whom (decision 85)."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from rili.actions import checks
from rili.actions.people import other_kind_of_id
from rili.auth.callers import Caller
from rili.errors import InvalidParameter, ItemNotFound, PermissionDenied
from rili.store import departments, plugins, users
from rili.store.db import Tx
from rili.store.plugins import Plugin

PLUGINS = 200
"""Of an organisation: all are answered at once."""
SUBSCRIBERS = 5_000
"""People, and departments, of a plugin."""


def list_plugins(tx: Tx, corp_id: str) -> list[Plugin]:
    return plugins.list_all(tx, corp_id)


def get_plugin(tx: Tx, corp_id: str, plugin_id: str) -> Plugin:
    """Raises ItemNotFound."""
    for one in plugins.list_all(tx, corp_id):
        if one.plugin_id == plugin_id:
            return one
    raise ItemNotFound(f"No plugin {plugin_id}")


def add_plugin(tx: Tx, corp_id: str, plugin: Plugin, *, now_ms: int) -> Plugin:
    """Raises InvalidParameter."""
    known = plugins.list_all(tx, corp_id)
    checks.one_more("plugin", "plugins", plugin.plugin_id, [one.plugin_id for one in known], PLUGINS)
    plugin = _checked(plugin)
    plugins.put(tx, corp_id, plugin, now_ms)
    return plugin


def set_plugin(
    tx: Tx,
    corp_id: str,
    plugin_id: str,
    *,
    name: str | None = None,
    logo: str | None = None,
    classification: str | None = None,
    now_ms: int,
) -> Plugin:
    """Change what is given; None leaves as it is. Raises ItemNotFound, InvalidParameter."""
    given = {"name": name, "logo": logo, "classification": classification}
    named = {field: value for field, value in given.items() if value is not None}
    plugin = _checked(replace(get_plugin(tx, corp_id, plugin_id), **named))
    plugins.put(tx, corp_id, plugin, now_ms)
    return plugin


def remove_plugin(tx: Tx, corp_id: str, plugin_id: str) -> None:
    """Raises ItemNotFound."""
    get_plugin(tx, corp_id, plugin_id)
    plugins.remove(tx, corp_id, plugin_id)


def update_subscribers(
    tx: Tx, by: Caller, plugin_id: str, union_ids: Sequence[str], dept_ids: Sequence[str]
) -> None:
    """Replace both lists of whom a plugin is for. Raises InvalidParameter, PermissionDenied."""
    if by.union_id is not None:
        person = users.by_union_id(tx, by.corp_id, by.union_id)
        if person is None or not person.admin:
            raise PermissionDenied(description="The token's user is no administrator of the organisation")
    for field, ids in (("unionIds", union_ids), ("deptIds", dept_ids)):
        if len(ids) > SUBSCRIBERS:
            raise InvalidParameter(description=f"{field}: {len(ids)} are more than {SUBSCRIBERS}")
    try:
        plugin = get_plugin(tx, by.corp_id, plugin_id)
    except ItemNotFound:
        raise InvalidParameter(
            "pluginId invalid", description=f"pluginId: the organisation has no plugin {plugin_id}"
        ) from None
    known = users.colleagues(tx, by.corp_id, union_ids)
    for number, one in enumerate(union_ids):
        if one not in known:
            raise InvalidParameter(
                description=f"unionIds[{number}]: nobody here has the unionId {one}"
                + other_kind_of_id(tx, by, one)
            )
    there = {str(one.dept_id) for one in departments.list_all(tx, by.corp_id)}
    for number, one in enumerate(dept_ids):
        if one not in there:
            raise InvalidParameter(description=f"deptIds[{number}]: there is no department {one}")
    wanted = replace(
        plugin, union_ids=tuple(dict.fromkeys(union_ids)), dept_ids=tuple(dict.fromkeys(dept_ids))
    )
    plugins.replace_subscribers(tx, by.corp_id, wanted)


def _checked(plugin: Plugin) -> Plugin:
    return replace(
        plugin,
        name=checks.text("name", plugin.name, 64),
        logo=checks.optional_text("logo", plugin.logo, 1000) or "",
        classification=checks.optional_text("classification", plugin.classification, 64) or "",
    )
