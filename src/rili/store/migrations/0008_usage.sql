-- How often something was used in a period that began at starts_ms: one row for what is limited, used again each period.
CREATE TABLE usage (
    corp_id TEXT NOT NULL,
    what TEXT NOT NULL,
    starts_ms INTEGER NOT NULL,
    used INTEGER NOT NULL,
    PRIMARY KEY (corp_id, what)
) /*sqlite STRICT, WITHOUT ROWID*/;
