-- Invitations, until their day is over, and whom they let in. Of the token only the hash is kept.
CREATE TABLE invitations (
    token_hash BYTEA  NOT NULL PRIMARY KEY,     -- SHA-256
    owner_id   BYTEA  NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    expires_at BIGINT NOT NULL
);
CREATE INDEX invitations_by_owner ON invitations (owner_id);
CREATE INDEX invitations_by_expiry ON invitations (expires_at);

CREATE TABLE invited_people (
    owner_id   BYTEA  NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    person_id  BYTEA  NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (owner_id, person_id)
);
CREATE INDEX invited_people_by_person ON invited_people (person_id);
CREATE INDEX invited_people_by_expiry ON invited_people (expires_at);
