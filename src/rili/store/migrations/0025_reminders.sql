-- The next firing of each reminder of an event; of whole days, which are days of each person's own zone, one row for
-- each zone among its people (zone is '' otherwise). slot: which occurrence, '' of an event without a rule.
-- done_person: the people up to this one were reminded already.
CREATE TABLE reminders (
    corp_id TEXT NOT NULL REFERENCES organisations (corp_id),
    event_id TEXT NOT NULL,
    minutes INTEGER NOT NULL,
    zone TEXT NOT NULL,
    due_ms INTEGER NOT NULL,
    slot TEXT NOT NULL,
    done_person TEXT NOT NULL,
    PRIMARY KEY (corp_id, event_id, minutes, zone)
) /*sqlite STRICT, WITHOUT ROWID*/;

CREATE INDEX reminders_due ON reminders (corp_id, due_ms);

-- Whose zone became another, until the reminders of their whole days follow; those of the events up to event_id do.
CREATE TABLE zone_changes (
    corp_id TEXT NOT NULL REFERENCES organisations (corp_id),
    change_no INTEGER NOT NULL,
    person_id TEXT NOT NULL,
    zone_before TEXT NOT NULL,
    zone_after TEXT NOT NULL,
    event_id TEXT NOT NULL,
    PRIMARY KEY (corp_id, change_no, person_id)
) /*sqlite STRICT, WITHOUT ROWID*/;

-- Organisations whose events are older than these tables: the reminders of those up to event_id are there.
CREATE TABLE reminder_backlogs (
    corp_id TEXT NOT NULL PRIMARY KEY REFERENCES organisations (corp_id),
    event_id TEXT NOT NULL
) /*sqlite STRICT, WITHOUT ROWID*/;

INSERT INTO reminder_backlogs (corp_id, event_id)
SELECT corp_id, '' FROM organisations
 WHERE EXISTS (SELECT 1 FROM events WHERE events.corp_id = organisations.corp_id);
