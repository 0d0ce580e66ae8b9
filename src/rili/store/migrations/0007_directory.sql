-- What the calls about people and departments answer besides. flags is a list of names, as scopes of apps are.
ALTER TABLE users ADD COLUMN nickname TEXT;
ALTER TABLE users ADD COLUMN remark TEXT;
ALTER TABLE users ADD COLUMN work_place TEXT;
ALTER TABLE users ADD COLUMN telephone TEXT;
ALTER TABLE users ADD COLUMN org_email TEXT;
ALTER TABLE users ADD COLUMN extension TEXT;
ALTER TABLE users ADD COLUMN hired_ms INTEGER;
ALTER TABLE users ADD COLUMN flags TEXT NOT NULL DEFAULT '';
-- organisations.people_no when the person was last changed: the order of changes, without a clock.
ALTER TABLE users ADD COLUMN modified_no INTEGER NOT NULL DEFAULT 0;

ALTER TABLE departments ADD COLUMN sort_order INTEGER NOT NULL DEFAULT 0;
ALTER TABLE departments ADD COLUMN flags TEXT NOT NULL DEFAULT '';

CREATE INDEX departments_below ON departments (corp_id, parent_id, sort_order, dept_id);
CREATE INDEX memberships_in_order ON memberships (corp_id, dept_id, sort_order, userid);
CREATE INDEX users_of_manager ON users (corp_id, manager_userid);

CREATE TABLE roles (
    corp_id TEXT NOT NULL REFERENCES organisations (corp_id),
    role_id INTEGER NOT NULL,
    group_name TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (corp_id, role_id),
    UNIQUE (corp_id, group_name, name)
) /*sqlite STRICT, WITHOUT ROWID*/;

CREATE TABLE role_members (
    corp_id TEXT NOT NULL,
    userid TEXT NOT NULL,
    role_id INTEGER NOT NULL,
    PRIMARY KEY (corp_id, userid, role_id),
    FOREIGN KEY (corp_id, userid) REFERENCES users (corp_id, userid),
    FOREIGN KEY (corp_id, role_id) REFERENCES roles (corp_id, role_id)
) /*sqlite STRICT, WITHOUT ROWID*/;

CREATE INDEX role_members_of_role ON role_members (corp_id, role_id, userid);

-- What finds a person or a department, written with the name. Compared byte by byte, so that a prefix is a range.
CREATE TABLE search_keys (
    corp_id TEXT NOT NULL REFERENCES organisations (corp_id),
    kind TEXT NOT NULL,
    key TEXT /*postgres COLLATE "C"*/ NOT NULL,
    id TEXT NOT NULL,
    place INTEGER NOT NULL,
    PRIMARY KEY (corp_id, kind, key, id)
) /*sqlite STRICT, WITHOUT ROWID*/;

CREATE INDEX search_keys_of ON search_keys (corp_id, kind, id);
