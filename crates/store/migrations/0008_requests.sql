-- Message requests, read receipts, and the text that a search looks through (M-4).

-- 'accepted', or 'request': somebody unknown wrote, and this person has not said yes.
ALTER TABLE members ADD COLUMN state TEXT NOT NULL DEFAULT 'accepted';
-- How far this person was told that the other has read: the place of a message of their own, and when. What is not told
-- is never made up for later.
ALTER TABLE members ADD COLUMN seen_seq BIGINT NOT NULL DEFAULT 0;
ALTER TABLE members ADD COLUMN seen_at BIGINT NOT NULL DEFAULT 0;

-- "Read receipts and typing".
ALTER TABLE people ADD COLUMN receipts BIGINT NOT NULL DEFAULT 1;

-- A message's words as they are compared (see `fold.rs`). Rows from before are filled in slices at start.
ALTER TABLE entries ADD COLUMN folded TEXT;
