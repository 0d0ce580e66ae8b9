"""`rili room`."""

from __future__ import annotations

import os
from typing import Annotated

import typer
from msgspec import UNSET

from rili.actions import register
from rili.actions import rooms as actions
from rili.auth.callers import Caller
from rili.cli import room_options as of
from rili.cli.command import (
    Config,
    Json,
    Org,
    Record,
    Url,
    corp_id_of,
    fail,
    now_ms,
    print_record,
    print_records,
    read,
    write,
)
from rili.cli.room_groups import blacklist, groups
from rili.cli.room_times import time_ms, time_text
from rili.model.room import SOME, Closing, Room
from rili.model.room_change import RoomChange
from rili.store.db import Tx

rooms = typer.Typer(no_args_is_help=True, help="Meeting rooms: what they are, and the rules of booking them.")
rooms.add_typer(groups, name="group")
rooms.add_typer(blacklist, name="blacklist")


@rooms.command("add")
def add_room(
    name: Annotated[str, typer.Argument(metavar="NAME")],
    capacity: of.Capacity = None,
    group: of.Group = None,
    label: of.Labels = None,
    place: of.PlaceTitle = None,
    isv_id: of.IsvId = None,
    org: Org = None,
    config: Config = None,
    database: Url = None,
    as_json: Json = False,
) -> None:
    """Add a room for everyone; rili room set says what else it is."""
    change = RoomChange(
        name=name,
        capacity=of.given(capacity),
        group_id=of.given(group),
        label_ids=of.numbers("--label", label),
        location_title=of.given(place),
        isv_room_id=of.given(isv_id),
    )

    def add(tx: Tx) -> Record:
        room = actions.add_room(tx, corp_id_of(tx, org), change, new_bytes=os.urandom, now_ms=now_ms())
        return _detail(tx, room)

    print_record(write(config, database, add), as_json)


@rooms.command("list")
def list_rooms(org: Org = None, config: Config = None, database: Url = None, as_json: Json = False) -> None:
    """List all rooms, the oldest first."""
    found = read(config, database, lambda tx: actions.list_rooms(tx, corp_id_of(tx, org)))
    print_records("rooms", [_line(room) for room in found], as_json)


@rooms.command("show")
def show_room(
    room_id: of.RoomId, org: Org = None, config: Config = None, database: Url = None, as_json: Json = False
) -> None:
    """Show a room with the rules of booking it."""
    found = read(config, database, lambda tx: _detail(tx, actions.get_room(tx, corp_id_of(tx, org), room_id)))
    print_record(found, as_json)


@rooms.command("set")
def set_room(
    room_id: of.RoomId,
    name: Annotated[str | None, typer.Option(metavar="NAME")] = None,
    capacity: of.Capacity = None,
    whom: of.Whom = None,
    member: of.MemberPeople = None,
    member_department: of.MemberDepartments = None,
    group: of.Group = None,
    label: of.Labels = None,
    place: of.PlaceTitle = None,
    place_details: of.PlaceDetails = None,
    description: of.Description = None,
    picture: of.Picture = None,
    isv_id: of.IsvId = None,
    recurring: of.Recurring = None,
    is_open: of.Open = None,
    super_user: of.SuperPeople = None,
    super_department: of.SuperDepartments = None,
    min_minutes: of.MinMinutes = None,
    max_minutes: of.MaxMinutes = None,
    ahead: of.Ahead = None,
    ahead_from: of.AheadFrom = None,
    approval: of.Approved = None,
    org: Org = None,
    config: Config = None,
    database: Url = None,
    as_json: Json = False,
) -> None:
    """Change what the options name; bookings there are stay. An empty text clears."""

    def change(tx: Tx) -> Record:
        corp_id = corp_id_of(tx, org)
        before = actions.get_room(tx, corp_id, room_id)
        named = RoomChange(
            name=of.given(name),
            status=of.status_of(whom),
            capacity=of.given(capacity),
            group_id=of.given(group),
            authorized=of.members("--member", before.authorized, member, member_department),
            super_users=of.members("--super", before.super_users, super_user, super_department),
            isv_room_id=of.given(isv_id),
            picture=of.given(picture),
            location_title=of.given(place),
            location_desc=of.given(place_details),
            label_ids=of.numbers("--label", label),
            description=of.given(description),
            enable_cycle_reservation=of.given(recurring),
            open_reservation=of.given(is_open),
            min_minutes=of.given(min_minutes),
            max_minutes=of.given(max_minutes),
            advance=of.ahead_of(before, ahead, ahead_from),
            approval=of.given(approval),
        )
        status = before.status if named.status is UNSET else named.status
        if named.authorized is not UNSET and status != SOME:
            fail("--member and --member-department go with --for some")
        return _detail(tx, actions.set_room(tx, corp_id, room_id, named, now_ms=now_ms()))

    print_record(write(config, database, change), as_json)


@rooms.command("close")
def close_room(
    room_id: of.RoomId,
    begins: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="Such as 2026-05-01T08:00; now unless said.")
    ] = None,
    until: Annotated[str | None, typer.Option(metavar="TIME", help="For good unless said.")] = None,
    reason: Annotated[str | None, typer.Option(metavar="TEXT", help="Told to who would book it.")] = None,
    contact: Annotated[str | None, typer.Option(metavar="USERID", help="Who knows more.")] = None,
    notify: Annotated[bool, typer.Option("--notify", help="Told to apps as sendNotify.")] = False,
    org: Org = None,
    config: Config = None,
    database: Url = None,
    as_json: Json = False,
) -> None:
    """Keep a room from being booked for a while, or for good. Bookings there are stay."""
    said_ms = now_ms()

    def close(tx: Tx) -> Record:
        corp_id = corp_id_of(tx, org)
        closing = Closing(
            said_ms if begins is None else time_ms(tx, corp_id, "--from", begins),
            None if until is None else time_ms(tx, corp_id, "--until", until),
            reason or None,
            contact or None,
            notify,
        )
        return _detail(
            tx, actions.set_room(tx, corp_id, room_id, RoomChange(closing=closing), now_ms=now_ms())
        )

    print_record(write(config, database, close), as_json)


@rooms.command("reopen")
def reopen_room(
    room_id: of.RoomId, org: Org = None, config: Config = None, database: Url = None, as_json: Json = False
) -> None:
    """Take back what `close` said."""

    def reopen(tx: Tx) -> Record:
        change = RoomChange(closing=None)
        return _detail(tx, actions.set_room(tx, corp_id_of(tx, org), room_id, change, now_ms=now_ms()))

    print_record(write(config, database, reopen), as_json)


@rooms.command("remove")
def remove_room(
    room_id: of.RoomId, org: Org = None, config: Config = None, database: Url = None, as_json: Json = False
) -> None:
    """Delete a room. What is to come loses it, and its organizers are told."""
    said_ms = now_ms()

    def remove(tx: Tx) -> None:
        by = Caller(
            corp_id=corp_id_of(tx, org), app_key="", kind="administrator", scopes=frozenset(), now_ms=said_ms
        )
        actions.remove_room(tx, by, "", room_id)

    write(config, database, remove)
    print_record({"room_id": room_id, "removed": True}, as_json)


def _line(room: Room) -> dict[str, object]:
    return {
        "room_id": room.room_id,
        "name": room.name,
        "capacity": room.capacity,
        "group_id": room.group_id,
        "for": of.name_of_status(room.status),
        "open": room.settings.open_reservation,
        "approval": room.settings.approval,
    }


def _detail(tx: Tx, room: Room) -> Record:
    settings, zone = room.settings, register.get_organisation(tx, room.corp_id).zone
    record = _line(room)
    for name, listed in (("member", room.authorized), ("super", room.super_users)):
        record[f"{name}_union_ids"] = list(listed.union_ids)
        record[f"{name}_dept_ids"] = list(listed.dept_ids)
    record |= {
        "labels": list(settings.label_ids),
        "place": settings.location_title,
        "place_details": settings.location_desc,
        "description": settings.description,
        "picture": settings.picture,
        "isv_id": settings.isv_room_id,
        "recurring": settings.enable_cycle_reservation,
        "min_minutes": settings.min_minutes,
        "max_minutes": settings.max_minutes,
        "ahead": settings.advance and f"{settings.advance.count}{settings.advance.unit}",
        "ahead_from": settings.advance and settings.advance.opens_at,
    }
    closing = settings.closing
    return record | {
        "closed_from": closing and time_text(closing.starts_ms, zone),
        "closed_until": closing and closing.ends_ms and time_text(closing.ends_ms, zone),
        "closed_reason": closing and closing.reason,
        "closed_contact_union_id": closing and closing.contact_id,
        "closed_notify": closing and closing.notify,
    }
