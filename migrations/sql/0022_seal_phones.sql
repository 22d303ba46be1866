-- After every number was sealed. Until the tables are vacuumed (VACUUM FULL, or a dump that is restored) the old rows are
-- still on the disk; backups from before hold the numbers in plain text.
ALTER TABLE enrolment_lines DROP COLUMN phone,
    ADD CONSTRAINT ck_enrolment_lines_phone CHECK ((phone_sealed IS NULL) = (phone_index IS NULL) AND octet_length(phone_index) = 32);
DROP INDEX ix_enrolment_residents_phone;
ALTER TABLE enrolment_residents DROP COLUMN phone,
    ADD CONSTRAINT ck_enrolment_residents_phone CHECK ((phone_sealed IS NULL) = (phone_index IS NULL) AND octet_length(phone_index) = 32);
CREATE INDEX ix_enrolment_residents_phone_index ON enrolment_residents (book_id, phone_index) WHERE phone_index IS NOT NULL; -- duplicates, claims
