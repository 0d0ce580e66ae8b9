"""Meeting rooms."""

from __future__ import annotations

from rili.model.directory import Room
from rili.store.db import Tx


def add(tx: Tx, room: Room) -> None:
    tx.run(
        """
        INSERT INTO rooms (corp_id, room_id, name, capacity) VALUES (:corp_id, :room_id, :name, :capacity)
        """,
        corp_id=room.corp_id,
        room_id=room.room_id,
        name=room.name,
        capacity=room.capacity,
    )
