-- Who signed in to an event, or out of it. occurrence is '' for the event or series itself; kind is in or out.
CREATE TABLE check_ins (
    corp_id TEXT NOT NULL,
    event_id TEXT NOT NULL,
    occurrence TEXT NOT NULL,
    kind TEXT NOT NULL,
    person_id TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (corp_id, event_id, occurrence, kind, person_id),
    FOREIGN KEY (corp_id, event_id) REFERENCES events (corp_id, id)
) /*sqlite STRICT, WITHOUT ROWID*/;

-- Found before the organisation is known. named: the id of the event or occurrence, as it was asked for.
CREATE TABLE check_in_links (
    code_hash TEXT NOT NULL PRIMARY KEY,
    corp_id TEXT NOT NULL,
    named TEXT NOT NULL,
    kind TEXT NOT NULL,
    created_ms INTEGER NOT NULL
) /*sqlite STRICT, WITHOUT ROWID*/;

CREATE INDEX check_in_links_of_event ON check_in_links (corp_id, named, kind, created_ms);

-- Minutes that an assistant wrote of an event, or of one occurrence. creator_id is a unionId.
CREATE TABLE ai_minutes (
    corp_id TEXT NOT NULL,
    event_id TEXT NOT NULL,
    occurrence TEXT NOT NULL,
    minutes_id TEXT NOT NULL,
    creator_id TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (corp_id, event_id, occurrence, minutes_id),
    FOREIGN KEY (corp_id, event_id) REFERENCES events (corp_id, id)
) /*sqlite STRICT, WITHOUT ROWID*/;

-- Types of meeting.
CREATE TABLE categories (
    corp_id TEXT NOT NULL REFERENCES organisations (corp_id),
    category_id TEXT NOT NULL,
    name TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (corp_id, category_id)
) /*sqlite STRICT, WITHOUT ROWID*/;
