-- A file that nobody commits is discarded after some weeks, with what was read from it: people's names, telephone numbers
-- and addresses are not kept for nothing. The same file may then be uploaded anew, as after a refusal or an undoing.
ALTER TABLE enrolment_imports
    DROP CONSTRAINT ck_enrolment_imports_state,
    ADD CONSTRAINT ck_enrolment_imports_state CHECK (
        state IN ('checking', 'checked', 'refused', 'committing', 'committed', 'undoing', 'undone', 'discarded'));
DROP INDEX uq_enrolment_imports_content;
CREATE UNIQUE INDEX uq_enrolment_imports_content ON enrolment_imports (book_id, content_hash, budget_id)
    WHERE state NOT IN ('refused', 'undone', 'discarded');
