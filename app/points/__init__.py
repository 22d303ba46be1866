"""The double-entry ledger: books, accounts, transactions, lots, holds. It knows owners only as opaque ids."""
