import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError


@pytest.mark.parametrize("statement", ["DELETE FROM volunteers_awards", "UPDATE volunteers_awards SET points = 1"])
def test_an_award_is_never_changed(session, statement):
    with pytest.raises(ProgrammingError, match="permission denied"):
        session.execute(text(statement))
