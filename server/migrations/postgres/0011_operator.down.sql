DROP TABLE changes;
DROP TABLE deployment;
ALTER TABLE users DROP COLUMN standing;
