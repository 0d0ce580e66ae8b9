-- What single occurrences of a series have of their own: one row an exception or removed occurrence, and one for an
-- occurrence whose people differ. occurrence is the key of its slot. starts_ms and ends_ms where it was moved.
CREATE TABLE overrides (
    corp_id TEXT NOT NULL,
    event_id TEXT NOT NULL,
    occurrence TEXT NOT NULL,
    change_no INTEGER NOT NULL,
    starts_ms INTEGER,
    ends_ms INTEGER,
    body TEXT NOT NULL,
    PRIMARY KEY (corp_id, event_id, occurrence),
    FOREIGN KEY (corp_id, event_id) REFERENCES events (corp_id, id)
) /*sqlite STRICT, WITHOUT ROWID*/;

-- What a series was before a change that may have taken slots away, for as long as a sync may begin before it.
CREATE TABLE former_rules (
    corp_id TEXT NOT NULL,
    event_id TEXT NOT NULL,
    change_no INTEGER NOT NULL,
    changed_ms INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (corp_id, event_id, change_no),
    FOREIGN KEY (corp_id, event_id) REFERENCES events (corp_id, id)
) /*sqlite STRICT, WITHOUT ROWID*/;

CREATE INDEX former_rules_by_age ON former_rules (changed_ms);

-- removed: of the series' people, who was taken off one occurrence.
ALTER TABLE attendees ADD COLUMN removed INTEGER NOT NULL DEFAULT 0;

CREATE INDEX attendees_in_order ON attendees (corp_id, event_id, occurrence, place);

-- people_no: moves with every change of a name.
ALTER TABLE organisations ADD COLUMN people_no INTEGER NOT NULL DEFAULT 0;

-- span_class: how long the span is, so that the start bounds a range on both sides. whole_change_no: the last change
-- that concerned more than single occurrences.
ALTER TABLE agenda ADD COLUMN span_class INTEGER NOT NULL DEFAULT 0;
ALTER TABLE agenda ADD COLUMN whole_change_no INTEGER NOT NULL DEFAULT 0;

UPDATE agenda SET whole_change_no = change_no;

-- All that a range or a sync asks for, in one index: each of an event's people has an entry of it to be written.
CREATE INDEX agenda_by_start ON agenda (corp_id, calendar_id, span_class, starts_ms, until_ms, change_no, gone_ms)
 WHERE gone_ms IS NULL;
CREATE INDEX agenda_gone ON agenda (corp_id, calendar_id, change_no) WHERE gone_ms IS NOT NULL;
CREATE INDEX agenda_by_end ON agenda (gone_ms) WHERE gone_ms IS NOT NULL;

-- Spans are derived in another way now: `rili migrate` does so again.
UPDATE facts SET value = '' WHERE name = 'tzdata';
