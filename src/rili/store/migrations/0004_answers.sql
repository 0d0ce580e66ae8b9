-- The numbers of the last change of an event's people alone: of single occurrences too, and of the whole of it. Such a
-- change is written here once, not into the agenda of each of thousands of people.
ALTER TABLE events ADD COLUMN people_change_no INTEGER NOT NULL DEFAULT 0;
ALTER TABLE events ADD COLUMN whole_people_change_no INTEGER NOT NULL DEFAULT 0;
