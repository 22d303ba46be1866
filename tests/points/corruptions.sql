-- Every way of tampering the audit must name: the check, then a statement that returns the row it touched.
-- Names in braces stand for one row of the kind, chosen the same way every time (corruptions.py).

-- transaction.header
DELETE FROM points_transactions WHERE id = {SPENDING} RETURNING id;

-- transaction.lines
UPDATE points_transactions SET lines = lines + 1 WHERE id = {AWARD} RETURNING id;

-- transaction.lines
DELETE FROM points_entries WHERE transaction_id = {AWARD} RETURNING transaction_id;

-- transaction.lines
UPDATE points_entries SET line = 9 WHERE transaction_id = {AWARD} AND line = 4 RETURNING transaction_id;

-- transaction.balance
UPDATE points_entries SET amount = amount + 1 WHERE transaction_id = {SPENDING} AND line = 2 RETURNING transaction_id;

-- transaction.balance
UPDATE points_entries SET amount = amount + 1 WHERE transaction_id = {SPENDING} AND line = 4 RETURNING transaction_id;

-- transaction.balance
UPDATE points_entries SET amount = amount + line - 3 WHERE transaction_id = {SPENDING} AND line IN (2, 4) RETURNING transaction_id;

-- transaction.money
UPDATE points_lot_moves SET cost_fen = cost_fen + 10 WHERE transaction_id = {AWARD} RETURNING transaction_id;

-- transaction.cover
UPDATE points_entries SET amount = amount + CASE line WHEN 3 THEN -10 ELSE 10 END WHERE transaction_id = {AWARD} AND line IN (3, 4) RETURNING transaction_id;

-- transaction.cover
UPDATE points_budgets b SET point_value_fen = point_value_fen + 1 WHERE id = {OTHER_BUDGET}
  RETURNING (SELECT id FROM points_transactions t WHERE t.book_id = b.book_id AND code = 'mint');

-- transaction.cover
WITH t AS (SELECT e.* FROM points_entries e JOIN points_accounts a ON a.book_id = e.book_id AND a.id = e.account_id
  WHERE a.kind = 'allotment' ORDER BY e.transaction_id LIMIT 1),
  r AS (SELECT id FROM points_accounts WHERE book_id = 1 AND kind = 'budget_reserve'),
  b AS (SELECT id FROM points_accounts WHERE book_id = 1 AND kind = 'bank')
  INSERT INTO points_entries (book_id, transaction_id, line, account_id, amount)
  SELECT 1, t.transaction_id, n, CASE n WHEN 3 THEN r.id ELSE b.id END, (n - 3) * 2 - 1 FROM t, r, b, generate_series(3, 4) n RETURNING transaction_id;

-- entry.account
UPDATE points_entries SET account_id = {RANDOM} WHERE transaction_id = {SPENDING} AND line = 2 RETURNING transaction_id;

-- entry.class
UPDATE points_entries SET version = NULL, balance_after = NULL, chain = NULL WHERE transaction_id = {SPENDING} AND line = 1 RETURNING transaction_id;

-- entry.class
UPDATE points_entries SET version = 1, balance_after = 1, chain = sha256('') WHERE transaction_id = {SPENDING} AND line = 2 RETURNING transaction_id;

-- entry.lots
DELETE FROM points_lot_moves WHERE transaction_id = {AWARD} RETURNING transaction_id;

-- entry.lots
UPDATE points_lot_moves SET points = points + 1 WHERE transaction_id = {AWARD} RETURNING transaction_id;

-- entry.lots
INSERT INTO points_lot_moves SELECT book_id, transaction_id, 2, expires_on, budget_id, points, cost_fen FROM points_lot_moves WHERE transaction_id = {SPENDING} LIMIT 1 RETURNING transaction_id;

-- entry.lots
INSERT INTO points_lot_moves VALUES (1, {SPENDING}, 77, '2030-01-31', {RANDOM}, 5, 0) RETURNING transaction_id;

-- entry.lots
INSERT INTO points_lot_moves VALUES (1, {RANDOM}, 1, '2030-01-31', {RANDOM}, 5, 0) RETURNING transaction_id;

-- outcome.cause
DELETE FROM points_outcomes WHERE subject_id = {SPENDING} RETURNING subject_id;

-- outcome.cause
UPDATE points_outcomes SET subject_id = {RANDOM} WHERE subject_id = {SPENDING} RETURNING {SPENDING};

-- outcome.cause
UPDATE points_outcomes SET decline = 'insufficient' WHERE subject_id = {SPENDING} RETURNING subject_id;

-- outcome.cause
UPDATE points_outcomes SET decline = 'insufficient' WHERE subject_id = {OPEN_HOLD} RETURNING subject_id;

-- outcome.cause
INSERT INTO points_outcomes VALUES (1, 'nothing came of it', sha256(''), {RANDOM}, NULL, NULL, now()) RETURNING cause;

-- outcome.cause
UPDATE points_outcomes SET decline = NULL WHERE cause = (SELECT cause FROM points_outcomes WHERE decline IS NOT NULL ORDER BY cause LIMIT 1) RETURNING cause;

-- passbook.version
UPDATE points_entries SET version = version + 1000 WHERE account_id = {MOVED} AND version = 2 RETURNING account_id || ' version ' || version;

-- passbook.version
DELETE FROM points_entries WHERE account_id = {MOVED} AND version = 2 RETURNING account_id || ' version 3';

-- passbook.balance
UPDATE points_entries SET balance_after = balance_after + 1 WHERE account_id = {MOVED} AND version = 2 RETURNING account_id || ' version 2';

-- passbook.floor
UPDATE points_entries SET balance_after = -1 WHERE account_id = {MOVED} AND version = 2 RETURNING account_id || ' version 2';

-- passbook.time
UPDATE points_transactions SET recorded_at = recorded_at - interval '9 years' WHERE id = (SELECT transaction_id FROM points_entries WHERE account_id = {MOVED} AND version = 2) RETURNING {MOVED} || ' version 2';

-- passbook.chain
UPDATE points_entries SET chain = sha256(chain) WHERE account_id = {MOVED} AND version = 2 RETURNING account_id || ' version 2';

-- passbook.chain
UPDATE points_transactions SET evidence = 'another' WHERE id = (SELECT transaction_id FROM points_entries WHERE account_id = {MOVED} AND version = 2) RETURNING {MOVED} || ' version 2';

-- passbook.chain
UPDATE points_transactions SET evidence = coalesce(evidence, '') || ' ' WHERE id = (SELECT transaction_id FROM points_entries WHERE account_id = {MOVED} AND version = 2) RETURNING {MOVED} || ' version 2';

-- passbook.chain
UPDATE points_transactions SET actor_id = {RANDOM} WHERE id = (SELECT transaction_id FROM points_entries WHERE account_id = {MOVED} AND version = 2) RETURNING {MOVED} || ' version 2';

-- passbook.chain
UPDATE points_transactions SET code = 'opening' WHERE id = (SELECT transaction_id FROM points_entries WHERE account_id = {MOVED} AND version = 2) RETURNING {MOVED} || ' version 2';

-- passbook.chain
UPDATE points_transactions SET cause = cause || '!' WHERE id = (SELECT transaction_id FROM points_entries WHERE account_id = {MOVED} AND version = 2) RETURNING {MOVED} || ' version 2';

-- passbook.chain
UPDATE points_transactions SET effective_at = effective_at + interval '1 microsecond' WHERE id = (SELECT transaction_id FROM points_entries WHERE account_id = {MOVED} AND version = 2) RETURNING {MOVED} || ' version 2';

-- passbook.chain
UPDATE points_transactions SET recorded_at = recorded_at + interval '1 microsecond' WHERE id = (SELECT transaction_id FROM points_entries WHERE account_id = {MOVED} AND version = 2) RETURNING {MOVED} || ' version 2';

-- passbook.chain
UPDATE points_entries SET amount = amount + 1, balance_after = balance_after + 1 WHERE account_id = {MOVED} AND version = 2 RETURNING account_id || ' version 2';

-- balance.posted
UPDATE points_balances SET posted = posted + 1 WHERE account_id = {MOVED} RETURNING account_id;

-- balance.version
UPDATE points_balances SET version = version + 1 WHERE account_id = {MOVED} RETURNING account_id;

-- balance.version
DELETE FROM points_entries e USING points_balances s WHERE s.account_id = {MOVED} AND e.account_id = s.account_id AND e.version = s.version RETURNING e.account_id;

-- balance.head
UPDATE points_balances SET head = sha256(head) WHERE account_id = {MOVED} RETURNING account_id;

-- balance.moved
UPDATE points_balances SET moved_at = moved_at - interval '1 second' WHERE account_id = {MOVED} RETURNING account_id;

-- balance.account
DELETE FROM points_balances WHERE account_id = {MOVED} RETURNING account_id;

-- balance.posted
DELETE FROM points_balances WHERE account_id = {MOVED} RETURNING account_id;

-- balance.account
INSERT INTO points_balances VALUES (1, {RANDOM}, 1, 0, 0, 0, 0, DEFAULT, now()) RETURNING account_id;

-- balance.account
INSERT INTO points_balances SELECT book_id, id, 1, 0, 0, 0, 0, sha256(''), now() FROM points_accounts WHERE kind = 'bank' ORDER BY book_id LIMIT 1 RETURNING account_id;

-- balance.entries
UPDATE points_balances SET posted = 5 WHERE version = 0 RETURNING account_id;

-- balance.held
UPDATE points_balances SET held = held + 1 WHERE account_id = (SELECT account_id FROM points_holds WHERE id = {OPEN_HOLD}) RETURNING account_id;

-- balance.held
UPDATE points_balances SET held = 1 WHERE account_id = (SELECT account_id FROM points_balances WHERE held = 0 AND posted > 0 ORDER BY account_id LIMIT 1) RETURNING account_id;

-- freeze.state
UPDATE points_balances SET frozen_reason = NULL WHERE frozen_reason IS NOT NULL RETURNING account_id;

-- freeze.state
UPDATE points_balances SET frozen_reason = 'nobody said so' WHERE account_id = (SELECT account_id FROM points_balances WHERE lock_rank = 9 ORDER BY book_id, account_id  LIMIT 1) RETURNING account_id;

-- folded.posted
UPDATE points_folded_balances SET posted = posted + 1 WHERE account_id = (SELECT min(account_id::text)::uuid FROM points_folded_balances) RETURNING account_id;

-- folded.posted
DELETE FROM points_folded_balances WHERE account_id = (SELECT account_id FROM points_folded_balances WHERE posted <> 0 ORDER BY account_id LIMIT 1) RETURNING account_id;

-- folded.posted
DELETE FROM points_unfolded WHERE transaction_id = (SELECT u.transaction_id FROM points_unfolded u JOIN points_transactions t ON t.id = u.transaction_id WHERE t.code = 'award' ORDER BY 1 LIMIT 1) RETURNING (SELECT id FROM points_accounts WHERE kind = 'points_liability' AND book_id = points_unfolded.book_id);

-- folded.entries
UPDATE points_folded_balances SET entry_count = entry_count + 1 WHERE account_id = (SELECT min(account_id::text)::uuid FROM points_folded_balances) RETURNING account_id;

-- folded.queue
INSERT INTO points_unfolded VALUES (1, {RANDOM}) RETURNING transaction_id;

-- money.liability
UPDATE points_lots SET cost_left_fen = cost_left_fen + 1 WHERE ctid = {LOT} RETURNING (SELECT id FROM points_accounts WHERE kind = 'points_liability' AND book_id = points_lots.book_id);

-- lot.issued
UPDATE points_lots SET issued = issued + 1 WHERE ctid = {LOT} RETURNING account_id || ', ' || expires_on || ', budget ' || budget_id;

-- lot.left
UPDATE points_lots SET points_left = points_left - 1 WHERE ctid = {LOT} RETURNING account_id || ', ' || expires_on || ', budget ' || budget_id;

-- lot.cost
UPDATE points_lots SET cost_left_fen = cost_left_fen + 1 WHERE ctid = {LOT} RETURNING account_id || ', ' || expires_on || ', budget ' || budget_id;

-- lot.held
UPDATE points_lots SET held = held + 1 WHERE ctid = {LOT} RETURNING account_id || ', ' || expires_on || ', budget ' || budget_id;

-- lot.left
DELETE FROM points_lots WHERE ctid = {LOT} RETURNING account_id || ', ' || expires_on || ', budget ' || budget_id;

-- lot.issued
INSERT INTO points_lots VALUES (1, {PASSBOOK}, '2031-01-31', {RANDOM}, 5, 5, 0, 0) RETURNING account_id || ', 2031-01-31';

-- lot.sum
UPDATE points_lots SET points_left = points_left - 1 WHERE ctid = {LOT} RETURNING account_id;

-- hold.lots
UPDATE points_hold_lots SET points = points + 1 WHERE hold_id = {OPEN_HOLD} RETURNING hold_id;

-- hold.lots
INSERT INTO points_hold_lots VALUES (1, {RANDOM}, '2030-01-31', {RANDOM}, 5) RETURNING hold_id;

-- hold.resolution
DELETE FROM points_hold_resolutions WHERE hold_id = {CAPTURED} RETURNING hold_id;

-- hold.resolution
UPDATE points_holds SET open = false WHERE id = {OPEN_HOLD} RETURNING id;

-- hold.resolution
UPDATE points_holds SET open = true WHERE id = {CAPTURED} RETURNING id;

-- hold.resolution
INSERT INTO points_hold_resolutions VALUES (1, {RANDOM}, 'released', NULL, 0, {RANDOM}, now()) RETURNING hold_id;

-- hold.capture
UPDATE points_hold_resolutions SET points_captured = points_captured + 1 WHERE hold_id = {CAPTURED} RETURNING hold_id;

-- hold.capture
UPDATE points_transactions SET hold_id = NULL WHERE hold_id = {CAPTURED} RETURNING {CAPTURED};

-- hold.capture
UPDATE points_transactions SET hold_id = {RANDOM} WHERE id = {SPENDING} RETURNING id;

-- hold.capture
UPDATE points_holds SET points = 1 WHERE id = (SELECT hold_id FROM points_hold_resolutions WHERE points_captured > 1 ORDER BY hold_id LIMIT 1) RETURNING id;

-- award.paid
WITH t AS (SELECT t.*, m.budget_id, m.points, x.owner_id FROM points_transactions t
    JOIN points_lot_moves m ON m.book_id = t.book_id AND m.transaction_id = t.id
    JOIN points_entries e ON e.book_id = m.book_id AND e.transaction_id = m.transaction_id AND e.line = m.line
    JOIN points_accounts x ON x.book_id = e.book_id AND x.id = e.account_id WHERE t.id = {AWARD})
  INSERT INTO points_awards SELECT t.book_id, t.id, 'rule', 1, 'subject', t.owner_id, 'once', t.owner_id, NULL, '2026-06-01', 'title',
    NULL, NULL, NULL, NULL, 1, 1000000, t.points + 1, t.budget_id, NULL, NULL, t.actor_id, t.recorded_at, t.id FROM t RETURNING id;

-- award.paid
WITH t AS (SELECT t.*, m.budget_id, m.points, x.owner_id FROM points_transactions t
    JOIN points_lot_moves m ON m.book_id = t.book_id AND m.transaction_id = t.id
    JOIN points_entries e ON e.book_id = m.book_id AND e.transaction_id = m.transaction_id AND e.line = m.line
    JOIN points_accounts x ON x.book_id = e.book_id AND x.id = e.account_id WHERE t.id = {AWARD})
  INSERT INTO points_awards SELECT t.book_id, t.id, 'rule', 1, 'subject', t.owner_id, 'once', {RANDOM}, NULL, '2026-06-01', 'title',
    NULL, NULL, NULL, NULL, 1, 1000000, t.points, t.budget_id, NULL, NULL, t.actor_id, t.recorded_at, t.id FROM t RETURNING id;

-- award.paid
WITH t AS (SELECT t.*, m.budget_id, m.points, x.owner_id FROM points_transactions t
    JOIN points_lot_moves m ON m.book_id = t.book_id AND m.transaction_id = t.id
    JOIN points_entries e ON e.book_id = m.book_id AND e.transaction_id = m.transaction_id AND e.line = m.line
    JOIN points_accounts x ON x.book_id = e.book_id AND x.id = e.account_id WHERE t.id = {AWARD})
  INSERT INTO points_awards SELECT t.book_id, t.id, 'rule', 1, 'subject', t.owner_id, 'once', t.owner_id, NULL, '2026-06-01', 'title',
    NULL, NULL, NULL, NULL, 1, 1000000, t.points, {RANDOM}, NULL, NULL, t.actor_id, t.recorded_at, t.id FROM t RETURNING id;

-- refund.amount
UPDATE points_lot_moves SET points = points + 100000 WHERE transaction_id = {REFUND} RETURNING (SELECT refunds_id FROM points_transactions t WHERE t.id = transaction_id);

-- refund.amount
UPDATE points_lot_moves SET cost_fen = cost_fen + 1000000 WHERE transaction_id = {REFUND} RETURNING (SELECT refunds_id FROM points_transactions t WHERE t.id = transaction_id);

-- refund.amount
UPDATE points_entries SET account_id = (SELECT id FROM points_accounts WHERE owner_id <> (SELECT owner_id FROM points_accounts WHERE id = account_id) AND kind = 'resident' AND book_id = 1 ORDER BY id LIMIT 1), version = 99999 WHERE transaction_id = {REFUND} AND version IS NOT NULL RETURNING account_id;

-- refund.reversed
UPDATE points_transactions SET reverses_id = (SELECT refunds_id FROM points_transactions WHERE id = {REFUND}) WHERE id = {REVERSAL} RETURNING reverses_id;

-- reversal.legs
UPDATE points_entries SET amount = amount + 1 WHERE transaction_id = {REVERSAL} AND line = 1 RETURNING transaction_id;

-- reversal.legs
UPDATE points_entries SET amount = amount + 1 WHERE transaction_id = {CLAWBACK} AND line = 1 RETURNING transaction_id;

-- reversal.legs
UPDATE points_transactions SET reverses_id = {MINT} WHERE id = {CLAWBACK} RETURNING id;

-- reversal.legs
UPDATE points_entries SET amount = amount * 100 WHERE transaction_id = {PART} RETURNING (SELECT refunds_id FROM points_transactions t WHERE t.id = transaction_id);

-- reversal.legs
UPDATE points_transactions SET refunds_id = {MINT} WHERE id = {PART} RETURNING refunds_id;

-- reversal.owed
UPDATE points_entries SET amount = amount * 100 WHERE transaction_id = {RECOVERY} RETURNING (SELECT refunds_id FROM points_transactions t WHERE t.id = transaction_id);

-- reversal.lots
UPDATE points_lot_moves SET cost_fen = cost_fen + sign(cost_fen)::int WHERE transaction_id = {REVERSAL} RETURNING transaction_id;

-- reversal.once
UPDATE points_transactions SET reverses_id = (SELECT reverses_id FROM points_transactions WHERE id = {REVERSAL}) WHERE id = {LAST_REVERSAL} RETURNING reverses_id;

-- correction.original
UPDATE points_transactions SET reverses_id = {RANDOM} WHERE id = {REVERSAL} RETURNING id;

-- correction.original
UPDATE points_transactions SET refunds_id = {RANDOM} WHERE id = {REFUND} RETURNING id;

-- correction.code
UPDATE points_transactions SET code = 'award' WHERE id = {REVERSAL} RETURNING id;

-- correction.code
UPDATE points_transactions SET refunds_id = NULL WHERE id = {REFUND} RETURNING id;

-- account.id
UPDATE points_accounts SET owner_id = {RANDOM} WHERE id = {PASSBOOK} RETURNING id;

-- account.kind
UPDATE points_accounts SET asset = 'fen' WHERE id = {PASSBOOK} RETURNING id;

-- account.kind
UPDATE points_accounts SET stripe = 1 WHERE id = {PASSBOOK} RETURNING id;

-- chart.kind
UPDATE points_account_kinds SET lock_rank = 3 WHERE kind = 'resident' RETURNING kind;

-- chart.kind
INSERT INTO points_account_kinds VALUES ('wallet', 'fen', true, false, 1, 0) RETURNING kind;

-- book.missing
INSERT INTO points_unfolded VALUES (999, {RANDOM}) RETURNING 'points_unfolded';

-- book.missing
UPDATE points_lot_moves SET book_id = -5 WHERE ctid = (SELECT min(ctid) FROM points_lot_moves) RETURNING 'points_lot_moves';

-- transaction.chart
UPDATE points_transactions SET code = 'award' WHERE id = {MINT} RETURNING id;

-- lot.budget
UPDATE points_lots SET budget_id = {RANDOM} WHERE ctid = {LOT} RETURNING account_id;

-- closing.balances
UPDATE points_month_closings SET balances = jsonb_set(balances, '{1,balance}', '7') WHERE month = '2026-06-01' RETURNING '2026-06';

-- closing.balances
UPDATE points_month_closings SET balances = balances - 1 WHERE month = '2026-07-01' RETURNING '2026-07';

-- closing.balances
UPDATE points_entries SET amount = amount + 1 WHERE transaction_id = {AWARD} AND line = 2 RETURNING '2026-07';

-- closing.figures
UPDATE points_month_closings SET figures = jsonb_set(figures, '{redeemed}', '7') WHERE month = '2026-07-01' RETURNING '2026-07 redeemed';

-- closing.figures
UPDATE points_month_closings SET figures = figures - 'active_people' WHERE month = '2026-06-01' RETURNING '2026-06 active_people';

-- closing.figures
UPDATE points_month_closings SET figures = figures || '{"gifts": 1}' WHERE month = '2026-06-01' RETURNING '2026-06 gifts';

-- closing.figures
DELETE FROM points_entries WHERE transaction_id = {SPENDING} AND line = 1 RETURNING 'redeemed';

-- closing.dated
UPDATE points_transactions SET effective_at = '2026-06-20 12:00+08'
 WHERE id = (SELECT id FROM points_transactions WHERE book_id = 1 AND recorded_at > '2026-08-05' ORDER BY id LIMIT 1) RETURNING '2026-06';

-- closing.dated
UPDATE points_month_closings SET dated = dated - 1 WHERE month = '2026-07-01' RETURNING '2026-07';
-- transfer.lots
UPDATE points_lot_moves SET expires_on = expires_on + 1 WHERE transaction_id = {TRANSFER} AND points > 0 RETURNING transaction_id;

-- transfer.lots
UPDATE points_lot_moves SET cost_fen = cost_fen - 10 WHERE transaction_id = {TRANSFER} AND points > 0 RETURNING transaction_id;

-- transfer.passbook
DELETE FROM points_successors WHERE transaction_id = {TRANSFER} RETURNING transaction_id;

-- transfer.passbook
UPDATE points_entries SET account_id = {PASSBOOK}, version = 99999 WHERE transaction_id = {TRANSFER} AND line = 2 RETURNING transaction_id;

-- transfer.record
UPDATE points_successors SET successor_id = {RANDOM} WHERE transaction_id = {TRANSFER} RETURNING owner_id;

-- transfer.record
UPDATE points_successors SET transaction_id = {AWARD} WHERE transaction_id = {TRANSFER} RETURNING owner_id;

-- transfer.closed
WITH c AS (SELECT s.owner_id, a.id FROM points_successors s JOIN points_accounts a ON a.book_id = s.book_id AND a.owner_id = s.owner_id AND a.kind = 'resident')
  UPDATE points_balances b SET frozen_reason = NULL FROM c WHERE b.account_id = c.id RETURNING c.owner_id;
-- money.reserve
UPDATE points_entries SET amount = amount + 10 WHERE transaction_id = {AWARD} AND line = 3 RETURNING (SELECT a.owner_id FROM points_accounts a WHERE a.id = account_id AND a.kind = 'budget_reserve');

-- money.reserve
UPDATE points_allotments SET budget_id = {OTHER_BUDGET} WHERE id = {OPEN_ALLOTMENT} RETURNING (SELECT b.id FROM points_budgets b WHERE b.book_id = 1);

-- allotment.owner
DELETE FROM points_allotments WHERE id = {ALLOTMENT} RETURNING (SELECT a.id FROM points_accounts a WHERE a.kind = 'allotment' AND a.owner_id = points_allotments.id);

-- allotment.points
UPDATE points_allotments SET points = points + 1 WHERE id = {ALLOTMENT} RETURNING id;

-- allotment.points
INSERT INTO points_allotments SELECT book_id, {RANDOM}, budget_id, holder_kind, holder_id, period_from, period_to, 5, allotted_by, allotted_at, 'open' FROM points_allotments WHERE id = {ALLOTMENT} RETURNING id;

-- allotment.returned
UPDATE points_allotments SET returned_points = returned_points + 1 WHERE state = 'closed' RETURNING id;

-- allotment.budget
UPDATE points_allotments SET budget_id = {OTHER_BUDGET} WHERE id = {ALLOTMENT} RETURNING (SELECT e.transaction_id FROM points_entries e JOIN points_accounts a ON a.book_id = e.book_id AND a.id = e.account_id WHERE a.kind = 'allotment' AND a.owner_id = points_allotments.id ORDER BY e.version LIMIT 1);

-- allotment.budget
UPDATE points_lot_moves SET budget_id = {OTHER_BUDGET} WHERE transaction_id = {ALLOTTED_AWARD} RETURNING transaction_id;

-- allotment.budget
UPDATE points_accounts SET owner_id = {RANDOM} WHERE kind = 'budget_reserve' AND book_id = 1 RETURNING {ALLOTTED_AWARD};

-- transaction.cover
UPDATE points_entries SET amount = amount + CASE line WHEN 3 THEN -10 ELSE 10 END WHERE transaction_id = {ALLOTTED_AWARD} AND line IN (3, 4) RETURNING transaction_id;
