"""Anti-fraud: every fact that moves value is looked at once, by rules that are data, and people have the last word."""
