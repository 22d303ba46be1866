"""What a password costs whoever guesses, outside tests: fixtures/passwords.py lowers it for them."""

from argon2 import Parameters, Type, extract_parameters

from app.identity.service import passwords


def test_the_application_hashes_as_rfc_9106_recommends_where_memory_is_short(real_hasher):
    hashed = extract_parameters(real_hasher.hash("correct-horse-48"))
    assert hashed == Parameters(
        type=Type.ID, version=19, salt_len=16, hash_len=32, time_cost=3, memory_cost=65536, parallelism=4
    )


def test_nobodys_password_is_compared_at_the_same_cost_as_somebodys():
    parameters = [extract_parameters(hashed) for hashed in (passwords._nobodys(), passwords.hash_password("x"))]
    assert parameters[0] == parameters[1]
