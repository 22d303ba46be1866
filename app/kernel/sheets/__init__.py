"""Readers of the tables that offices send: XLSX and CSV as Excel, WPS and others write them, however hostile."""
