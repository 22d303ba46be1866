"""One week of the neighbourhood, played over the HTTP API against a running system."""
