"""The API document at /openapi.json and its readable page at /docs."""
