"""Pure decisions of volunteering: names of activities, codes on site, what a stay is worth."""
