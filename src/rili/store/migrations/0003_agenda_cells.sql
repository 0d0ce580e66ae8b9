-- The agenda is indexed by what seldom changes: a cell of 32 days in or near which an event starts, not its very start,
-- and no change number. Each of an event's people has an entry of it, which most updates need not write.
ALTER TABLE agenda ADD COLUMN start_cell INTEGER NOT NULL DEFAULT 0;

UPDATE agenda SET start_cell = (starts_ms - CASE WHEN starts_ms < 0 THEN 2764799999 ELSE 0 END) / 2764800000;

DROP INDEX agenda_by_start;
CREATE INDEX agenda_by_start ON agenda (corp_id, calendar_id, span_class, start_cell) WHERE gone_ms IS NULL;
