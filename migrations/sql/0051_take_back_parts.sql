-- Of an award a part may be taken back, as often as wanted; what is owed of it is taken from a later award.
INSERT INTO points_code_legs (code, kind, sign)
VALUES ('recovery', 'resident', -1), ('recovery', 'sponsor_budget', 1), ('recovery', 'clawback', 1), ('recovery', 'clawback', -1),
       ('recovery', 'points_liability', -1), ('recovery', 'budget_reserve', 1);

-- What was left of a payment when it was awarded: of that, what comes back later is a part. Until now each refund awarded
-- what was left anew, so what is left of them now is it.
ALTER TABLE mall_earns ADD COLUMN awarded_fen bigint;
UPDATE mall_earns SET awarded_fen = amount_fen - refunded_fen WHERE state = 'awarded';
ALTER TABLE mall_earns
    ADD CONSTRAINT ck_mall_earns_awarded CHECK (state <> 'awarded' OR (awarded_fen IS NOT NULL AND awarded_fen BETWEEN 1 AND amount_fen));
GRANT UPDATE (awarded_fen) ON mall_earns TO linli_app;

-- Who let points pass that anti-fraud had stopped.
ALTER TABLE mall_earns ADD COLUMN passed_by uuid;
GRANT UPDATE (passed_by) ON mall_earns TO linli_app;
