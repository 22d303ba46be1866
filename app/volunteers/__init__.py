"""Awards for hours given to the neighbourhood."""
