-- One row that is written to learn whether the database can be written.
CREATE TABLE health (
    id         BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    checked_at BIGINT NOT NULL
);
