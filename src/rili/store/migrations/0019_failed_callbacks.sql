-- When its app was told of a failed delivery by get_call_back_failed_result, which forgets it with the next call.
ALTER TABLE deliveries ADD COLUMN read_ms INTEGER;

CREATE INDEX deliveries_failed_by_birth ON deliveries (corp_id, receiver, born_ms, number) WHERE failed_ms IS NOT NULL;
CREATE INDEX deliveries_read ON deliveries (corp_id, receiver) WHERE read_ms IS NOT NULL;
