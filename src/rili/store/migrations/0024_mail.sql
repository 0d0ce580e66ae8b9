-- When somebody's answer was given, by their own clock where it came by mail: an older one that arrives later is none.
ALTER TABLE attendees ADD COLUMN answered_ms INTEGER;

-- page: the code opens a page. mail: it is part of the address to which answers by mail are sent (decision 107).
ALTER TABLE answer_links ADD COLUMN kind TEXT NOT NULL DEFAULT 'page';
