"""Who someone is: accounts, sessions, roles, homes. Beside them development tokens, good in demo and test mode only."""
