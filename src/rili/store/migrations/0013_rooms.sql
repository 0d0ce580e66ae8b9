-- settings is JSON (`model/room.py` RoomSettings): what no query asks for. group_id is 0 where there is none.
-- number tells a room from every other for the constraint on bookings, which compares integers; place is the order of
-- creation within an organisation.
ALTER TABLE rooms ADD COLUMN number INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rooms ADD COLUMN place INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rooms ADD COLUMN status INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rooms ADD COLUMN group_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rooms ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';

UPDATE rooms
   SET number = (SELECT COUNT(*) FROM rooms AS other
                  WHERE (other.corp_id, other.room_id) <= (rooms.corp_id, rooms.room_id)),
       place = (SELECT COUNT(*) FROM rooms AS other
                 WHERE other.corp_id = rooms.corp_id AND other.room_id <= rooms.room_id);

CREATE UNIQUE INDEX rooms_by_name ON rooms (corp_id, name);
CREATE UNIQUE INDEX rooms_by_number ON rooms (corp_id, number);
CREATE UNIQUE INDEX rooms_in_order ON rooms (corp_id, place);
CREATE INDEX rooms_of_group ON rooms (corp_id, group_id);

-- Whom a room's lists name. list: authorized (reservationAuthority), super. kind: user (a unionId), dept.
CREATE TABLE room_members (
    corp_id TEXT NOT NULL,
    room_id TEXT NOT NULL,
    list TEXT NOT NULL,
    kind TEXT NOT NULL,
    member_id TEXT NOT NULL,
    PRIMARY KEY (corp_id, room_id, list, kind, member_id),
    FOREIGN KEY (corp_id, room_id) REFERENCES rooms (corp_id, room_id)
) /*sqlite STRICT, WITHOUT ROWID*/;

CREATE INDEX room_members_of ON room_members (corp_id, kind, member_id);

CREATE TABLE room_groups (
    corp_id TEXT NOT NULL REFERENCES organisations (corp_id),
    group_id INTEGER NOT NULL,
    parent_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (corp_id, group_id)
) /*sqlite STRICT, WITHOUT ROWID*/;

CREATE INDEX room_groups_below ON room_groups (corp_id, parent_id, group_id);

CREATE TABLE room_group_admins (
    corp_id TEXT NOT NULL,
    group_id INTEGER NOT NULL,
    union_id TEXT NOT NULL,
    PRIMARY KEY (corp_id, group_id, union_id),
    FOREIGN KEY (corp_id, group_id) REFERENCES room_groups (corp_id, group_id),
    FOREIGN KEY (corp_id, union_id) REFERENCES users (corp_id, union_id)
) /*sqlite STRICT, WITHOUT ROWID*/;

CREATE INDEX room_group_admins_of ON room_group_admins (corp_id, union_id);

CREATE TABLE booking_blacklist (
    corp_id TEXT NOT NULL,
    union_id TEXT NOT NULL,
    starts_ms INTEGER NOT NULL,
    ends_ms INTEGER,
    memo TEXT,
    PRIMARY KEY (corp_id, union_id),
    FOREIGN KEY (corp_id, union_id) REFERENCES users (corp_id, union_id)
) /*sqlite STRICT, WITHOUT ROWID*/;
