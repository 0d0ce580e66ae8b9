-- One text for both databases. INTEGER is 64 bits wide on both (the runner says BIGINT to PostgreSQL).
-- A comment that opens with the name of a database is read by that database alone.

CREATE TABLE facts (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) /*sqlite STRICT, WITHOUT ROWID*/;

CREATE TABLE organisations (
    corp_id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    zone TEXT NOT NULL,
    language TEXT NOT NULL,
    created_ms INTEGER NOT NULL
) /*sqlite STRICT, WITHOUT ROWID*/;

CREATE TABLE departments (
    corp_id TEXT NOT NULL REFERENCES organisations (corp_id),
    dept_id INTEGER NOT NULL,
    parent_id INTEGER,
    name TEXT NOT NULL,
    PRIMARY KEY (corp_id, dept_id)
) /*sqlite STRICT, WITHOUT ROWID*/;

-- email_key and mobile find a person; email is kept as it was written.
CREATE TABLE users (
    corp_id TEXT NOT NULL REFERENCES organisations (corp_id),
    userid TEXT NOT NULL,
    union_id TEXT NOT NULL,
    name TEXT NOT NULL,
    mobile TEXT,
    state_code TEXT,
    email TEXT,
    email_key TEXT,
    title TEXT,
    job_number TEXT,
    avatar TEXT,
    manager_userid TEXT,
    admin INTEGER NOT NULL,
    active INTEGER NOT NULL,
    zone TEXT,
    language TEXT,
    password_hash TEXT,
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (corp_id, userid),
    UNIQUE (corp_id, union_id),
    UNIQUE (corp_id, mobile),
    UNIQUE (corp_id, email_key)
) /*sqlite STRICT, WITHOUT ROWID*/;

CREATE TABLE memberships (
    corp_id TEXT NOT NULL,
    userid TEXT NOT NULL,
    dept_id INTEGER NOT NULL,
    leader INTEGER NOT NULL,
    sort_order INTEGER NOT NULL,
    PRIMARY KEY (corp_id, userid, dept_id),
    FOREIGN KEY (corp_id, userid) REFERENCES users (corp_id, userid),
    FOREIGN KEY (corp_id, dept_id) REFERENCES departments (corp_id, dept_id)
) /*sqlite STRICT, WITHOUT ROWID*/;

CREATE INDEX memberships_of_department ON memberships (corp_id, dept_id, userid);

-- People by mail who are in no directory (decision 4).
CREATE TABLE guests (
    corp_id TEXT NOT NULL REFERENCES organisations (corp_id),
    id TEXT NOT NULL,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (corp_id, id),
    UNIQUE (corp_id, email_key)
) /*sqlite STRICT, WITHOUT ROWID*/;

-- Found before the organisation is known. secret_hash: decision 25. The token of now is derived from
-- the presented secret and token_nonce, so that asking again returns it without storing it.
CREATE TABLE apps (
    app_key TEXT NOT NULL PRIMARY KEY,
    corp_id TEXT NOT NULL REFERENCES organisations (corp_id),
    agent_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    secret_hash TEXT NOT NULL,
    token_nonce TEXT,
    token_expires_ms INTEGER,
    scopes TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    UNIQUE (corp_id, agent_id)
) /*sqlite STRICT, WITHOUT ROWID*/;

CREATE TABLE tokens (
    token_hash TEXT NOT NULL PRIMARY KEY,
    app_key TEXT NOT NULL REFERENCES apps (app_key),
    corp_id TEXT NOT NULL,
    union_id TEXT,
    expires_ms INTEGER NOT NULL
) /*sqlite STRICT, WITHOUT ROWID*/;

CREATE INDEX tokens_by_expiry ON tokens (expires_ms);
CREATE INDEX tokens_of_app ON tokens (app_key);

CREATE TABLE rooms (
    corp_id TEXT NOT NULL REFERENCES organisations (corp_id),
    room_id TEXT NOT NULL,
    name TEXT NOT NULL,
    capacity INTEGER NOT NULL,
    PRIMARY KEY (corp_id, room_id)
) /*sqlite STRICT, WITHOUT ROWID*/;

CREATE TABLE calendars (
    corp_id TEXT NOT NULL,
    calendar_id TEXT NOT NULL,
    owner_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    PRIMARY KEY (corp_id, calendar_id),
    FOREIGN KEY (corp_id, owner_id) REFERENCES users (corp_id, union_id)
) /*sqlite STRICT, WITHOUT ROWID*/;

CREATE INDEX calendars_of_owner ON calendars (corp_id, owner_id, kind);

-- One row an event or series. body is the truth, the columns beside it are indexes: the instants of the
-- first occurrence and, where one is known, the instant after which no occurrence ends.
CREATE TABLE events (
    corp_id TEXT NOT NULL,
    id TEXT NOT NULL,
    calendar_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    starts_ms INTEGER NOT NULL,
    ends_ms INTEGER NOT NULL,
    until_ms INTEGER,
    deleted_ms INTEGER,
    body TEXT NOT NULL,
    PRIMARY KEY (corp_id, id),
    FOREIGN KEY (corp_id, calendar_id) REFERENCES calendars (corp_id, calendar_id)
) /*sqlite STRICT, WITHOUT ROWID*/;

-- One row a person on the series; occurrence is '' there.
CREATE TABLE attendees (
    corp_id TEXT NOT NULL,
    event_id TEXT NOT NULL,
    occurrence TEXT NOT NULL,
    person_id TEXT NOT NULL,
    place INTEGER NOT NULL,
    is_optional INTEGER NOT NULL,
    response TEXT NOT NULL,
    left_ms INTEGER,
    PRIMARY KEY (corp_id, event_id, occurrence, person_id),
    FOREIGN KEY (corp_id, event_id) REFERENCES events (corp_id, id)
) /*sqlite STRICT, WITHOUT ROWID*/;

CREATE INDEX attendees_of_person ON attendees (corp_id, person_id, event_id);

-- Which calendar shows which event in which span. A row that leaves stays, with gone_ms, so that a sync can say so.
CREATE TABLE agenda (
    corp_id TEXT NOT NULL,
    calendar_id TEXT NOT NULL,
    event_id TEXT NOT NULL,
    starts_ms INTEGER NOT NULL,
    until_ms INTEGER,
    change_no INTEGER NOT NULL,
    gone_ms INTEGER,
    PRIMARY KEY (corp_id, event_id, calendar_id),
    FOREIGN KEY (corp_id, event_id) REFERENCES events (corp_id, id)
) /*sqlite STRICT, WITHOUT ROWID*/;

-- One row a change, written with it. Who delivered what to whom is another table.
CREATE TABLE outbox (
    corp_id TEXT NOT NULL,
    change_no INTEGER NOT NULL,
    event_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (corp_id, change_no, event_id)
) /*sqlite STRICT*/;

-- The answer of a request with x-client-token (decision 18). key and body_hash are SHA-256.
CREATE TABLE idempotency (
    corp_id TEXT NOT NULL,
    key TEXT NOT NULL,
    body_hash TEXT NOT NULL,
    status INTEGER NOT NULL,
    etag TEXT,
    answer TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (corp_id, key)
) /*sqlite STRICT*/;

CREATE INDEX idempotency_by_age ON idempotency (created_ms);

/*sqlite
CREATE TABLE counters (
    name TEXT NOT NULL PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO counters (name, value) VALUES ('change_no', 0);
*/
