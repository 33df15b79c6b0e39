-- What an operator decides about an account. 'locked': nobody gets in until it is 'open' again; 'banned': nor does anybody find it.
ALTER TABLE users ADD COLUMN standing TEXT NOT NULL DEFAULT 'open' CHECK (standing IN ('open', 'locked', 'banned'));

-- One row: what holds for all relays of the deployment.
CREATE TABLE deployment (
    id           BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    registration TEXT   NOT NULL CHECK (registration IN ('open', 'closed')),
    last_change  BIGINT NOT NULL                -- the number of the newest row of changes
);
INSERT INTO deployment (id, registration, last_change) VALUES (1, 'open', 0);

-- What relays that run have to look at, in order; each of them remembers how far it has read.
CREATE TABLE changes (
    number     BIGINT NOT NULL PRIMARY KEY,
    account_id BLOB                             -- the account, which may be gone; NULL: the signing keys
);
