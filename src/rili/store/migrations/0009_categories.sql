-- Kinds of meetings that an organisation has names for.
CREATE TABLE categories (
    corp_id TEXT NOT NULL REFERENCES organisations (corp_id),
    category_id TEXT NOT NULL,
    name TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (corp_id, category_id),
    UNIQUE (corp_id, name)
) /*sqlite STRICT, WITHOUT ROWID*/;

-- Minutes of meetings, which are kept elsewhere: occurrence is '' for the event or the series as a whole.
CREATE TABLE minutes (
    corp_id TEXT NOT NULL,
    event_id TEXT NOT NULL,
    occurrence TEXT NOT NULL,
    minutes_id TEXT NOT NULL,
    creator_id TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (corp_id, event_id, occurrence, minutes_id),
    FOREIGN KEY (corp_id, event_id) REFERENCES events (corp_id, id)
) /*sqlite STRICT, WITHOUT ROWID*/;
