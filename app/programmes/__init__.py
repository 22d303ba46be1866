"""Setting up a points programme as a whole, from a template: book, sponsors, budgets, award rules, shops."""
