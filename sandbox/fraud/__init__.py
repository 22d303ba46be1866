"""A month of honest and dishonest traffic, to see what is found and who is bothered: `python -m sandbox.fraud`."""
