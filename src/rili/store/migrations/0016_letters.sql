-- Where somebody is on an event is read off the index alone: it must not be found through everybody on the event.
DROP INDEX attendees_of_person;
CREATE INDEX attendees_of_person ON attendees (corp_id, person_id, event_id, left_ms, removed);

-- What single letters find: one row for each letter that some key of a person or department begins with, best ones first.
CREATE TABLE search_letters (
    corp_id TEXT NOT NULL REFERENCES organisations (corp_id),
    kind TEXT NOT NULL,
    letter TEXT /*postgres COLLATE "C"*/ NOT NULL,
    rank INTEGER NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (corp_id, kind, letter, rank, id)
) /*sqlite STRICT, WITHOUT ROWID*/;

CREATE INDEX search_letters_of ON search_letters (corp_id, kind, id);
