-- The numbers of the last change of an event's people alone: of single occurrences too, and of the whole of it. Such a
-- change is written here once, not into the agenda of each of thousands of people.
ALTER TABLE events ADD COLUMN people_change_no INTEGER NOT NULL DEFAULT 0;
ALTER TABLE events ADD COLUMN whole_people_change_no INTEGER NOT NULL DEFAULT 0;

-- With which guests answer without signing in: one row a link. code_hash: decision 25. occurrence is the key of the
-- slot of which alone it speaks, or ''.
CREATE TABLE answer_links (
    code_hash TEXT NOT NULL PRIMARY KEY,
    corp_id TEXT NOT NULL,
    event_id TEXT NOT NULL,
    occurrence TEXT NOT NULL,
    person_id TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    FOREIGN KEY (corp_id, event_id) REFERENCES events (corp_id, id)
) /*sqlite STRICT, WITHOUT ROWID*/;

CREATE INDEX answer_links_of_person ON answer_links (corp_id, event_id, person_id);
