-- How far each reader of the outbox has come in an organisation: (change_no, event_id) is the last row that is done,
-- people_done how many of the people of the one after it are.
CREATE TABLE outbox_readers (
    corp_id TEXT NOT NULL REFERENCES organisations (corp_id),
    reader TEXT NOT NULL,
    change_no INTEGER NOT NULL,
    event_id TEXT NOT NULL,
    people_done INTEGER NOT NULL,
    PRIMARY KEY (corp_id, reader)
) /*sqlite STRICT, WITHOUT ROWID*/;

-- What changed before anything was delivered is told to nobody.
INSERT INTO outbox_readers (corp_id, reader, change_no, event_id, people_done)
SELECT organisations.corp_id, readers.reader, COALESCE(MAX(change_no), 0), '~', 0
  FROM organisations
 CROSS JOIN (SELECT 'apps' AS reader UNION ALL SELECT 'people' UNION ALL SELECT 'reminders') AS readers
  LEFT JOIN outbox ON outbox.corp_id = organisations.corp_id
 GROUP BY organisations.corp_id, readers.reader;

-- What apps are told besides changes of events: contacts, rooms, suites. A row goes when it was handed out.
CREATE TABLE announcements (
    corp_id TEXT NOT NULL,
    change_no INTEGER NOT NULL,
    place INTEGER NOT NULL,
    event_type TEXT NOT NULL,
    subject TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (corp_id, change_no, place)
) /*sqlite STRICT, WITHOUT ROWID*/;

-- Which app is told of what, by which channel. One row an app; of an enterprise app it holds for every organisation
-- that authorised it. event_types: '' is all. token and aes_key are encrypted (decision 25). legacy: registered
-- by the old API, whose owner key is another.
CREATE TABLE push_settings (
    app_key TEXT NOT NULL PRIMARY KEY REFERENCES apps (app_key),
    channel TEXT NOT NULL,
    event_types TEXT NOT NULL,
    url TEXT,
    token TEXT,
    aes_key TEXT,
    legacy INTEGER NOT NULL,
    created_ms INTEGER NOT NULL
) /*sqlite STRICT, WITHOUT ROWID*/;

-- The last number of a delivery.
CREATE TABLE delivery_numbers (
    corp_id TEXT NOT NULL PRIMARY KEY REFERENCES organisations (corp_id),
    last INTEGER NOT NULL
) /*sqlite STRICT, WITHOUT ROWID*/;

-- What is to be told to whom; a row goes when it was delivered. failed_ms: it was given up. body is the channel's.
CREATE TABLE deliveries (
    corp_id TEXT NOT NULL REFERENCES organisations (corp_id),
    number INTEGER NOT NULL,
    channel TEXT NOT NULL,
    receiver TEXT NOT NULL,
    subject TEXT NOT NULL,
    id TEXT NOT NULL,
    event_type TEXT NOT NULL,
    born_ms INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    error TEXT,
    failed_ms INTEGER,
    body TEXT NOT NULL,
    -- What waits in one line lies together: it is read again and again, whatever else waits.
    PRIMARY KEY (corp_id, channel, receiver, subject, number),
    UNIQUE (corp_id, number)
) /*sqlite STRICT, WITHOUT ROWID*/;

CREATE INDEX deliveries_waiting ON deliveries (corp_id, channel, number, failed_ms) WHERE failed_ms IS NULL;
CREATE INDEX deliveries_failed ON deliveries (corp_id, channel, receiver, failed_ms) WHERE failed_ms IS NOT NULL;

-- What of one subject waits for one receiver, which is told in order. due_ms: when to go on; while somebody delivers,
-- when others may think that they died.
CREATE TABLE delivery_lines (
    corp_id TEXT NOT NULL REFERENCES organisations (corp_id),
    channel TEXT NOT NULL,
    receiver TEXT NOT NULL,
    subject TEXT NOT NULL,
    due_ms INTEGER NOT NULL,
    PRIMARY KEY (corp_id, channel, receiver, subject)
) /*sqlite STRICT, WITHOUT ROWID*/;

CREATE INDEX delivery_lines_due ON delivery_lines (channel, receiver, corp_id, due_ms);

-- What a person was told here. body is a Notice.
CREATE TABLE notifications (
    corp_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    id TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    read_ms INTEGER,
    body TEXT NOT NULL,
    PRIMARY KEY (corp_id, person_id, number)
) /*sqlite STRICT, WITHOUT ROWID*/;

CREATE UNIQUE INDEX notifications_by_id ON notifications (corp_id, person_id, id);
CREATE INDEX notifications_unread ON notifications (corp_id, person_id, number) WHERE read_ms IS NULL;
