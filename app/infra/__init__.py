"""The outside world: settings, database, unit of work, queue, Redis, logs, metrics."""
