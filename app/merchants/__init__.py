"""Shops, paying at the till, refunds and settlement."""
