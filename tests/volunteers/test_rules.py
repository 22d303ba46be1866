from datetime import date

import pytest

from app.volunteers import rules
from app.volunteers.errors import DayOutOfRange

TODAY = date(2026, 6, 15)


@pytest.mark.parametrize("day", [TODAY, date(2026, 6, 14), date(2025, 6, 14)])
def test_a_service_can_be_awarded_for_a_year(day):
    rules.check_day(day, TODAY)


@pytest.mark.parametrize("day", [date(2026, 6, 16), date(2025, 6, 13), date.min, date.max])
def test_a_service_not_yet_done_or_long_past_is_refused(day):
    with pytest.raises(DayOutOfRange) as caught:
        rules.check_day(day, TODAY)
    assert "2025-06-14" in caught.value.detail("en")
    assert caught.value.field == "performed_on"
