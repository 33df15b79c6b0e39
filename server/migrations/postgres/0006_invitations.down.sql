DROP TABLE invited_people;
DROP TABLE invitations;
