-- What an enterprise app has besides: its suiteSecret, to check signatures with, and its tickets. All three encrypted
-- under a key that is not here (decision 25). fixed: the ticket is the vendor's choice, and stays.
CREATE TABLE suites (
    app_key TEXT NOT NULL PRIMARY KEY REFERENCES apps (app_key),
    secret TEXT NOT NULL,
    ticket TEXT NOT NULL,
    former_ticket TEXT,
    fixed INTEGER NOT NULL,
    ticket_ms INTEGER NOT NULL
) /*sqlite STRICT, WITHOUT ROWID*/;

-- Which enterprise app may act in which organisation, and the token that it has there, as apps has one.
CREATE TABLE authorizations (
    corp_id TEXT NOT NULL REFERENCES organisations (corp_id),
    app_key TEXT NOT NULL REFERENCES apps (app_key),
    scopes TEXT NOT NULL,
    token_nonce TEXT,
    token_expires_ms INTEGER,
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (corp_id, app_key)
) /*sqlite STRICT, WITHOUT ROWID*/;

CREATE INDEX authorizations_of_app ON authorizations (app_key, corp_id);

-- Somebody who lets a vendor's app act says which organisation is theirs.
CREATE INDEX organisations_by_name ON organisations (name);
