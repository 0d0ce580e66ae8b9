-- Where an app may send people on to once they agreed: addresses, between them a space.
ALTER TABLE apps ADD COLUMN redirects TEXT NOT NULL DEFAULT '';

-- What a person gave an app and can be used once. kind: consent (signed in, not yet decided), code, refresh.
-- Hashes only (decision 25). Found before the organisation is known.
CREATE TABLE grants (
    secret_hash TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    app_key TEXT NOT NULL REFERENCES apps (app_key),
    corp_id TEXT NOT NULL,
    union_id TEXT NOT NULL,
    with_corp INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL
) /*sqlite STRICT, WITHOUT ROWID*/;

CREATE INDEX grants_by_expiry ON grants (expires_ms);
CREATE INDEX grants_of_app ON grants (app_key);
CREATE INDEX grants_of_user ON grants (corp_id, union_id);

-- Wrong passwords in a row. key: the hash of an account's name or of a network address, since what is typed as a name
-- may be a password.
CREATE TABLE password_tries (
    key TEXT NOT NULL PRIMARY KEY,
    wrong INTEGER NOT NULL,
    last_ms INTEGER NOT NULL
) /*sqlite STRICT, WITHOUT ROWID*/;

CREATE INDEX password_tries_by_age ON password_tries (last_ms);
