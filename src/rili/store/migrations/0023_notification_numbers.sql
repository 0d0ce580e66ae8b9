-- The last number of a notification. Whoever adds some holds it until the commit: who has read up to a number never
-- misses a lower one.
CREATE TABLE notification_numbers (
    corp_id TEXT NOT NULL PRIMARY KEY REFERENCES organisations (corp_id),
    last INTEGER NOT NULL
) /*sqlite STRICT, WITHOUT ROWID*/;

INSERT INTO notification_numbers (corp_id, last)
SELECT corp_id, MAX(number) FROM notifications
 WHERE corp_id IN (SELECT corp_id FROM organisations)
 GROUP BY corp_id;
