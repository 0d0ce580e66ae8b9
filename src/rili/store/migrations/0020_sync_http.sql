-- What the app of a vendor is to be told about itself: its ticket, and who authorised it. A row goes when it was handed
-- out, with what is true then.
CREATE TABLE suite_events (
    corp_id TEXT NOT NULL REFERENCES organisations (corp_id),
    app_key TEXT NOT NULL,
    number INTEGER NOT NULL,
    event_type TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (corp_id, app_key, number)
) /*sqlite STRICT, WITHOUT ROWID*/;

-- A small number for each organisation: rows of SyncHTTP have ids that are unique over all organisations of an app.
CREATE TABLE sync_http_organisations (
    corp_id TEXT NOT NULL PRIMARY KEY REFERENCES organisations (corp_id),
    number INTEGER NOT NULL UNIQUE
) /*sqlite STRICT, WITHOUT ROWID*/;

-- When the ticket was last told without being asked for; a fixed one is told again, others are renewed.
ALTER TABLE suites ADD COLUMN told_ms INTEGER NOT NULL DEFAULT 0;

-- A suite is found by its number before the organisation is known.
CREATE INDEX apps_by_agent_id ON apps (agent_id);

-- A newer state of the same object takes the place of one that was given up.
CREATE INDEX deliveries_failed_in_line ON deliveries (corp_id, channel, receiver, subject) WHERE failed_ms IS NOT NULL;
