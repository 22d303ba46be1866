"""The attacks of the catalogue, each with its control and the tests that carry it out: `make attack`."""
