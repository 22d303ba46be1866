"""Stand-ins of the world outside, and the demo neighbourhood. The application never imports any of it."""
