-- Calendars that others see. change_no: of the last change of the calendar itself, not of its events.
ALTER TABLE calendars ADD COLUMN change_no INTEGER NOT NULL DEFAULT 0;

-- Whom an owner lets see or write their primary calendar: one grant a person.
CREATE TABLE acls (
    corp_id TEXT NOT NULL,
    calendar_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    acl_id TEXT NOT NULL,
    privilege TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (corp_id, calendar_id, person_id),
    UNIQUE (corp_id, acl_id),
    FOREIGN KEY (corp_id, calendar_id) REFERENCES calendars (corp_id, calendar_id)
) /*sqlite STRICT, WITHOUT ROWID*/;

CREATE INDEX acls_of_person ON acls (corp_id, person_id);

-- What a calendar of kind subscribed has besides. scope: who may subscribe, as JSON. The author is calendars.owner_id.
CREATE TABLE subscribed_calendars (
    corp_id TEXT NOT NULL,
    calendar_id TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    scope TEXT NOT NULL,
    PRIMARY KEY (corp_id, calendar_id),
    FOREIGN KEY (corp_id, calendar_id) REFERENCES calendars (corp_id, calendar_id)
) /*sqlite STRICT, WITHOUT ROWID*/;

CREATE TABLE calendar_managers (
    corp_id TEXT NOT NULL,
    calendar_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    place INTEGER NOT NULL,
    PRIMARY KEY (corp_id, calendar_id, person_id),
    FOREIGN KEY (corp_id, calendar_id) REFERENCES calendars (corp_id, calendar_id)
) /*sqlite STRICT, WITHOUT ROWID*/;

CREATE INDEX calendar_managers_of_person ON calendar_managers (corp_id, person_id);

CREATE TABLE subscriptions (
    corp_id TEXT NOT NULL,
    calendar_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    PRIMARY KEY (corp_id, calendar_id, person_id),
    FOREIGN KEY (corp_id, calendar_id) REFERENCES calendars (corp_id, calendar_id)
) /*sqlite STRICT, WITHOUT ROWID*/;

CREATE INDEX subscriptions_of_person ON subscriptions (corp_id, person_id);

-- What an organisation adds to its people's calendars, and for whom: subscriber is a unionId or a department's number.
CREATE TABLE plugins (
    corp_id TEXT NOT NULL REFERENCES organisations (corp_id),
    plugin_id TEXT NOT NULL,
    name TEXT NOT NULL,
    logo TEXT NOT NULL,
    classification TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (corp_id, plugin_id)
) /*sqlite STRICT, WITHOUT ROWID*/;

CREATE TABLE plugin_subscribers (
    corp_id TEXT NOT NULL,
    plugin_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    subscriber TEXT NOT NULL,
    place INTEGER NOT NULL,
    PRIMARY KEY (corp_id, plugin_id, kind, subscriber),
    FOREIGN KEY (corp_id, plugin_id) REFERENCES plugins (corp_id, plugin_id)
) /*sqlite STRICT, WITHOUT ROWID*/;

CREATE INDEX plugin_subscribers_of ON plugin_subscribers (corp_id, kind, subscriber);
