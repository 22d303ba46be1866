"""Limits of a template."""

NAME_LENGTH_MAX = 100
CURRENCY_LENGTH_MAX = 30
STREET_LENGTH_MAX = 100
FORMULA_LENGTH_MAX = 200
GRADE_LENGTH_MAX = 20
GRADE_PERCENT_MAX = 1_000
VALIDITY_MONTHS_MAX = 120
GRACE_DAYS_MAX = 366
POINT_VALUE_FEN_MAX = 100_000
RULE_POINTS_MAX = 10_000
"""Most points of one award by a rule: what pays a million is a mistake."""
CAP_MAX = 1_000_000
SPONSORS_MAX = 20
BUDGETS_MAX = 50
RULES_MAX = 100
GRADES_MAX = 20
SHOPS_MAX = 500
CYCLES = ("once", "day", "week", "month", "year")
"""How often one subject may pay one beneficiary."""
COMMUNITY = "community"
"""The template that comes with the program: app/programmes/community.json."""
