-- Who has nothing but passkeys is left without a second factor: then nothing stands in for one, either.
DELETE FROM recovery_codes WHERE user_id NOT IN (SELECT user_id FROM totp);
UPDATE known_devices SET trusted_until = NULL WHERE user_id NOT IN (SELECT user_id FROM totp);
DROP TABLE passkeys;
