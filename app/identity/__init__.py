"""Who someone is. For now: signed development tokens, good in demo and test mode only."""
