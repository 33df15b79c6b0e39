DROP TABLE reach_lists;
ALTER TABLE users DROP COLUMN reach;
