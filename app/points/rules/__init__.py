"""Pure decisions of the ledger: identities, request contents, expiry days, shares, chain links."""
