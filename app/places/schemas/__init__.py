"""JSON, spreadsheets and paper of places."""
