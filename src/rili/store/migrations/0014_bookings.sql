-- Who has which room when: one row a room and occurrence, half-open from starts_ms to ends_ms. Derived from events and
-- overrides, whose bodies are the truth. occurrence is '' for an event that does not repeat; status is accepted or
-- tentative, which both hold the room. There is no key to rooms: past bookings outlive a room that is removed.
-- holds: nobody else may have the room meanwhile, and the database sees to it. 0 for what has no length, and for what
-- came to lie over another booking when a time zone was redefined.
CREATE TABLE bookings (
    corp_id TEXT NOT NULL,
    event_id TEXT NOT NULL,
    occurrence TEXT NOT NULL,
    room_id TEXT NOT NULL,
    room_number INTEGER NOT NULL,
    starts_ms INTEGER NOT NULL,
    ends_ms INTEGER NOT NULL,
    status TEXT NOT NULL,
    holds INTEGER NOT NULL,
    PRIMARY KEY (corp_id, event_id, occurrence, room_id),
    FOREIGN KEY (corp_id, event_id) REFERENCES events (corp_id, id),
    CHECK (holds = 0 OR starts_ms < ends_ms)
) /*sqlite STRICT, WITHOUT ROWID*/;

CREATE INDEX bookings_of_room ON bookings (corp_id, room_id, starts_ms, ends_ms) WHERE holds = 1;
CREATE INDEX bookings_beside ON bookings (corp_id, room_id, starts_ms) WHERE holds = 0;

/*postgres
ALTER TABLE bookings ADD CONSTRAINT bookings_overlap EXCLUDE USING gist
    (int8range(room_number, room_number, '[]') WITH &&, int8range(starts_ms, ends_ms) WITH &&) WHERE (holds = 1);
*/

-- Those that hold do not overlap: so whatever reaches past an instant starts no earlier than the last that started
-- before it.
/*sqlite
CREATE TRIGGER bookings_overlap_insert BEFORE INSERT ON bookings WHEN NEW.holds = 1
BEGIN
    SELECT RAISE(ABORT, 'bookings_overlap')
     WHERE EXISTS (SELECT 1 FROM bookings
                    WHERE corp_id = NEW.corp_id AND room_id = NEW.room_id AND holds = 1
                      AND starts_ms >= COALESCE((SELECT MAX(starts_ms) FROM bookings
                                                  WHERE corp_id = NEW.corp_id AND room_id = NEW.room_id AND holds = 1
                                                    AND starts_ms <= NEW.starts_ms), NEW.starts_ms)
                      AND starts_ms < NEW.ends_ms AND ends_ms > NEW.starts_ms);
END;

CREATE TRIGGER bookings_overlap_update BEFORE UPDATE OF corp_id, room_id, starts_ms, ends_ms, holds ON bookings
BEGIN
    SELECT RAISE(ABORT, 'bookings are not moved, but made anew');
END;
*/
