-- Which apps see and act for less than everybody of an organisation: for whom is in the two tables below, and nobody
-- when there is nothing in them.
CREATE TABLE app_ranges (
    corp_id TEXT NOT NULL REFERENCES organisations (corp_id),
    app_key TEXT NOT NULL REFERENCES apps (app_key),
    PRIMARY KEY (corp_id, app_key)
) /*sqlite STRICT, WITHOUT ROWID*/;

CREATE INDEX app_ranges_of_app ON app_ranges (app_key);

-- With all that is below them.
CREATE TABLE app_range_departments (
    corp_id TEXT NOT NULL,
    app_key TEXT NOT NULL,
    dept_id INTEGER NOT NULL,
    PRIMARY KEY (corp_id, app_key, dept_id),
    FOREIGN KEY (corp_id, app_key) REFERENCES app_ranges (corp_id, app_key),
    FOREIGN KEY (corp_id, dept_id) REFERENCES departments (corp_id, dept_id)
) /*sqlite STRICT, WITHOUT ROWID*/;

CREATE INDEX app_ranges_with_department ON app_range_departments (corp_id, dept_id);

CREATE TABLE app_range_users (
    corp_id TEXT NOT NULL,
    app_key TEXT NOT NULL,
    userid TEXT NOT NULL,
    PRIMARY KEY (corp_id, app_key, userid),
    FOREIGN KEY (corp_id, app_key) REFERENCES app_ranges (corp_id, app_key),
    FOREIGN KEY (corp_id, userid) REFERENCES users (corp_id, userid)
) /*sqlite STRICT, WITHOUT ROWID*/;

CREATE INDEX app_ranges_with_user ON app_range_users (corp_id, userid);

-- What ends with a person's password is found without looking at every token.
CREATE INDEX tokens_of_user ON tokens (corp_id, union_id) WHERE union_id IS NOT NULL;
