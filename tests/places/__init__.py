"""Places: areas, units and duty, the calendar, posted codes."""
