-- Since when a delivery waits: what is sent again was born long before, and is given up by how long it waits.
ALTER TABLE deliveries ADD COLUMN queued_ms INTEGER NOT NULL DEFAULT 0;
UPDATE deliveries SET queued_ms = born_ms;

-- What has waited too long, what failed long ago, what people were told long ago.
CREATE INDEX deliveries_by_wait ON deliveries (queued_ms) WHERE failed_ms IS NULL;
CREATE INDEX deliveries_by_failure ON deliveries (failed_ms) WHERE failed_ms IS NOT NULL;
CREATE INDEX notifications_by_age ON notifications (created_ms);
