-- The application's role reads the ledger and knocks at its doors; it writes none of its tables itself.
REVOKE ALL ON FUNCTION points_open_accounts, points_record_decline, points_referred, points_capture, points_expire_holds_of, points_close_holds,
    points_set_frozen, points_fold, points_lock_for_correction, points_begin, points_lock_stripes, points_write,
    points_place_hold, points_release_hold, points_sweep_holds FROM PUBLIC;
GRANT EXECUTE ON FUNCTION points_begin, points_lock_stripes, points_write, points_place_hold, points_release_hold, points_sweep_holds,
    points_set_frozen, points_fold, points_lock_for_correction TO linli_app;
GRANT SELECT ON points_books, points_account_kinds, points_code_legs, points_budgets, points_accounts, points_balances, points_folded_balances, points_outcomes,
    points_transactions, points_entries, points_unfolded, points_lots, points_lot_moves, points_holds, points_hold_lots, points_hold_resolutions, points_freezes TO linli_app;
GRANT INSERT ON points_books, points_budgets TO linli_app;
