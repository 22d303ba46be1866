"""Tests of what starts and runs everything: real processes, real servers, real kills."""
