-- Volunteers' awards and accepted reports are paid by rule now. What was awarded before goes into the register under a
-- rule of its own for each budget, which is withdrawn from the start: it explains the past and pays nothing.
INSERT INTO points_award_rules (book_id, code, title, created_by, created_at, withdrawn_by, withdrawn_at)
SELECT v.book_id, 'before.' || replace(v.budget_id::text, '-', ''), '按规则发放之前的奖励', '00000000-0000-0000-0000-000000000000',
       min(v.awarded_at), '00000000-0000-0000-0000-000000000000', max(v.awarded_at)
  FROM volunteers_awards v GROUP BY v.book_id, v.budget_id;
INSERT INTO points_award_rule_versions (book_id, code, version, budget_id, formula, grades, cycle, points_max, proposed_by, proposed_at, published_by, published_at)
SELECT v.book_id, 'before.' || replace(v.budget_id::text, '-', ''), 1, v.budget_id, 'chosen', '{}', 'once', 10000,
       '00000000-0000-0000-0000-000000000000', min(v.awarded_at), 'ffffffff-ffff-ffff-ffff-ffffffffffff', min(v.awarded_at)
  FROM volunteers_awards v GROUP BY v.book_id, v.budget_id;
INSERT INTO points_awards (book_id, id, rule_code, rule_version, subject, beneficiary_id, cycle, passbook_id, performed_on, title, minutes,
                           chosen_points, streak, computed_points, points, budget_id, awarded_by, awarded_at, transaction_id)
SELECT v.book_id, v.id, 'before.' || replace(v.budget_id::text, '-', ''), 1, 'award:' || v.id, v.resident_id, 'once', v.resident_id, v.performed_on,
       v.activity, v.minutes, v.points, 1, v.points, v.points, v.budget_id, v.coordinator_id, v.awarded_at, v.transaction_id
  FROM volunteers_awards v;
DROP TABLE volunteers_awards;

-- A report that was accepted names its rule and its award. The caps of a rule may leave nothing to pay.
ALTER TABLE reports_reports
    ADD COLUMN rule text,
    ADD COLUMN chosen_points bigint,
    ADD COLUMN award_id uuid,
    DROP COLUMN attempts,
    DROP CONSTRAINT ck_reports_reports_decided,
    DROP CONSTRAINT ck_reports_reports_points,
    ADD CONSTRAINT fk_reports_reports_award FOREIGN KEY (book_id, award_id) REFERENCES points_awards (book_id, id),
    ADD CONSTRAINT ck_reports_reports_points CHECK (points BETWEEN 0 AND 1000000000),
    -- before rules there was no award, but always a transaction
    ADD CONSTRAINT ck_reports_reports_decided CHECK (CASE state
        WHEN 'filed' THEN num_nonnulls(decided_by, decided_at, reason, points, budget_id, transaction_id, rule, chosen_points, award_id) = 0
        WHEN 'accepted' THEN num_nulls(decided_by, decided_at, points, budget_id) = 0 AND reason IS NULL
                             AND (rule IS NULL) = (award_id IS NULL) AND num_nonnulls(award_id, transaction_id) > 0
        WHEN 'rejected' THEN num_nulls(decided_by, decided_at, reason) = 0
                             AND num_nonnulls(points, budget_id, transaction_id, rule, chosen_points, award_id) = 0
        ELSE false END);
GRANT UPDATE (rule, chosen_points, award_id) ON reports_reports TO linli_app;

-- Two first postings to one account open it at the same moment. Named by its key alone, the conflict could be met at the
-- account's other unique index first and fail the later of the two; unnamed, whichever index meets it lets it be.
CREATE OR REPLACE FUNCTION points_open_accounts(
    p_book integer, p_now timestamptz, p_ids uuid[], p_kinds text[], p_owners uuid[], p_stripes smallint[]
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO points_accounts (book_id, id, kind, owner_id, stripe, asset, folded, opened_at)
    SELECT p_book, n.id, n.kind, n.owner_id, n.stripe, k.asset, k.folded, p_now
      FROM unnest(p_ids, p_kinds, p_owners, p_stripes) AS n (id, kind, owner_id, stripe)
      JOIN points_account_kinds k ON k.kind = n.kind
     WHERE n.stripe BETWEEN 0 AND k.stripes - 1
     ORDER BY n.id
    ON CONFLICT DO NOTHING;

    INSERT INTO points_balances (book_id, account_id, lock_rank, floor, moved_at)
    SELECT p_book, n.id, k.lock_rank, 0, p_now
      FROM unnest(p_ids, p_kinds) AS n (id, kind)
      JOIN points_account_kinds k ON k.kind = n.kind AND NOT k.folded
      JOIN points_accounts a ON a.book_id = p_book AND a.id = n.id AND a.kind = n.kind
     ORDER BY n.id
    ON CONFLICT (book_id, account_id) DO NOTHING;
END $$;
