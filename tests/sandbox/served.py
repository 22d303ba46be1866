"""What gunicorn serves to the demo under test: the system, but that passwords are hashed by the least work.

Everybody at a desk chooses a password and signs in with it, three times over: in earnest that takes a third of what the
web server does in this test. (How the application hashes is tested in tests/identity/test_passwords.py.)
"""

from argon2 import PasswordHasher

from app.identity.service import passwords
from wsgi import app

__all__ = ["app"]

passwords._HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
