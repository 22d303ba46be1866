-- The application's role reads the ledger and knocks at its doors; it writes none of its tables itself.
REVOKE ALL ON FUNCTION points_open_accounts, points_record_decline, points_put_lots, points_referred_pieces, points_striped_balance,
    points_restripe, points_expire_holds_of, points_close_holds, points_transaction_digest, points_set_frozen, points_fold,
    points_post, points_place_hold, points_release_hold, points_sweep_holds FROM PUBLIC;
GRANT EXECUTE ON FUNCTION points_post, points_place_hold, points_release_hold, points_sweep_holds, points_set_frozen, points_fold, points_striped_balance TO linli_app;
GRANT SELECT ON points_books, points_account_kinds, points_budgets, points_accounts, points_balances, points_folded_balances, points_outcomes,
    points_transactions, points_entries, points_unfolded, points_lots, points_lot_moves, points_holds, points_hold_lots, points_hold_resolutions, points_freezes TO linli_app;
GRANT INSERT ON points_books, points_budgets TO linli_app;
