-- Who began it, as their attempts are counted: the tickets of one drive out none of another's. What an older relay of the same
-- deployment adds has none.
ALTER TABLE tickets ADD COLUMN holder TEXT NOT NULL DEFAULT '';
