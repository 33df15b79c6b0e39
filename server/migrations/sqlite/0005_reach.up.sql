-- Who may reach an account. 'anyone'; 'known': whom its owner knows or allows; 'allowed': whom they allow. Whoever is
-- blocked may not in any case.
ALTER TABLE users ADD COLUMN reach TEXT NOT NULL DEFAULT 'anyone' CHECK (reach IN ('anyone', 'known', 'allowed'));

CREATE TABLE reach_lists (
    owner_id  BLOB   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    list      TEXT   NOT NULL CHECK (list IN ('known', 'allowed', 'blocked')),
    person_id BLOB   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (owner_id, list, person_id)
);
-- For the end of a person's account.
CREATE INDEX reach_lists_by_person ON reach_lists (person_id);
