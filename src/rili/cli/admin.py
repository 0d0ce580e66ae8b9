"""What an administrator does, command by command."""

from __future__ import annotations

import typer

from rili.cli.app_range import range_of_app
from rili.cli.apps import apps, tokens
from rili.cli.guests import guests
from rili.cli.meetings import categories, minutes
from rili.cli.organisations import departments, orgs
from rili.cli.plugins import plugins
from rili.cli.push import push
from rili.cli.roles import roles
from rili.cli.rooms import rooms
from rili.cli.users import users


def register(app: typer.Typer) -> None:
    """Add the administrator's commands to *app*."""
    app.add_typer(orgs, name="org")
    app.add_typer(departments, name="department")
    app.add_typer(users, name="user")
    app.add_typer(roles, name="role")
    apps.command("range")(range_of_app)
    apps.command("push")(push)
    app.add_typer(apps, name="app")
    app.add_typer(tokens, name="token")
    app.add_typer(rooms, name="room")
    app.add_typer(categories, name="category")
    app.add_typer(minutes, name="minutes")
    app.add_typer(plugins, name="plugin")
    app.add_typer(guests, name="guest")
