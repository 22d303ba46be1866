-- Files of several sheets, rows that are traced, numbers that are nearly the same, people enrolled without a file.

-- A row is known by 2097152 times its sheet (counted from 0 among those that were read) plus its number there, see
-- app/enrolment/rules/layouts.py. The layout of a file names its sheets.
UPDATE enrolment_imports
   SET layout = jsonb_build_object('sheets', jsonb_build_array(jsonb_build_object('name', '', 'columns', layout)), 'skipped', '[]'::jsonb)
 WHERE layout IS NOT NULL;
-- Without a budget: somebody enrolled by hand with an empty passbook.
ALTER TABLE enrolment_imports ALTER COLUMN budget_id DROP NOT NULL;
DROP INDEX uq_enrolment_imports_content;
CREATE UNIQUE INDEX uq_enrolment_imports_content ON enrolment_imports (book_id, content_hash, budget_id) NULLS NOT DISTINCT
    WHERE state NOT IN ('refused', 'undone', 'discarded');

-- Rows were kept row by row, and are column by column now: files that are being checked are read anew by nobody, so they
-- end here and may be uploaded again. What was read of them goes.
UPDATE enrolment_imports
   SET state = 'refused', failure = 'enrolment.import_discarded',
       failure_detail = '{"zh": "系统升级时检查还没有结束,请重新上传。", "en": "The system was renewed while this list was being checked; upload it again."}'
 WHERE state = 'checking' AND layout IS NOT NULL;
DELETE FROM enrolment_pieces p USING enrolment_imports i
 WHERE i.book_id = p.book_id AND i.id = p.import_id AND i.state = 'refused';
DELETE FROM enrolment_lines l USING enrolment_imports i
 WHERE i.book_id = l.book_id AND i.id = l.import_id AND i.state = 'refused';

-- Bad rows are compared with the others too; a file that has one is refused, and its rows are deleted then.
-- passbook_key: what numbers have in common that a person takes for the same (app/kernel/papers.py); NULL is not compared.
ALTER TABLE enrolment_lines
    ALTER COLUMN name DROP NOT NULL,
    ALTER COLUMN passbook_no DROP NOT NULL,
    ALTER COLUMN points DROP NOT NULL,
    ADD COLUMN passbook_key text;
ALTER TABLE enrolment_residents
    ADD COLUMN line integer NOT NULL DEFAULT 0,  -- of the file that enrolled them; 0: enrolled before it was kept
    ADD COLUMN passbook_key text;
UPDATE enrolment_lines SET passbook_key =
    regexp_replace(regexp_replace(regexp_replace(passbook_no, '[\x21-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e]+', '-', 'g'),
        '(?<![0-9])-|-(?![0-9])', '', 'g'), '(?<![0-9])0+(?=[0-9])', '', 'g');
UPDATE enrolment_residents SET passbook_key =
    regexp_replace(regexp_replace(regexp_replace(passbook_no, '[\x21-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e]+', '-', 'g'),
        '(?<![0-9])-|-(?![0-9])', '', 'g'), '(?<![0-9])0+(?=[0-9])', '', 'g');
CREATE INDEX ix_enrolment_residents_passbook_key ON enrolment_residents (book_id, passbook_key) WHERE passbook_key IS NOT NULL; -- near numbers
DROP INDEX ix_enrolment_residents_import;
CREATE INDEX ix_enrolment_residents_import ON enrolment_residents (book_id, import_id, line, id); -- whom an import, and its row, enrolled

ALTER TABLE enrolment_problems ADD COLUMN sheet text NOT NULL DEFAULT ''; -- its name; empty for a CSV
