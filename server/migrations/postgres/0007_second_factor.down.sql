ALTER TABLE known_devices DROP COLUMN trusted_until;
DROP TABLE recovery_codes;
DROP TABLE totp;
