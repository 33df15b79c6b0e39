ALTER TABLE tickets DROP COLUMN holder;
