"""What a development token says, and how long it is good."""

from datetime import timedelta

ISSUER = "linli"
DEV_AUDIENCE = "linli-dev"
DEV_KEY_ID = "linli-dev-1"
ALGORITHM = "HS256"
LIFETIME = timedelta(hours=12)
LEEWAY = timedelta(seconds=30)
TOKEN_LENGTH_MAX = 4096
