"""Where things are and who looks after them: areas, units and their duty, the work calendar, posted codes."""
