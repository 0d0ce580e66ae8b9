-- From where an app may call: networks, between them a space; from anywhere when there are none.
ALTER TABLE apps ADD COLUMN networks TEXT NOT NULL DEFAULT '';
