-- With which a client that has shown an app's key and secret opens its connection, once and soon, at any process.
-- events: whether it asked for them.
CREATE TABLE stream_tickets (
    ticket_hash TEXT NOT NULL PRIMARY KEY,
    app_key TEXT NOT NULL REFERENCES apps (app_key),
    events INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL
) /*sqlite STRICT, WITHOUT ROWID*/;

CREATE INDEX stream_tickets_expiring ON stream_tickets (expires_ms);
CREATE INDEX stream_tickets_of_app ON stream_tickets (app_key);
