"""Routes build addresses when they are asked to, and not at the start."""

import pytest
from flask import url_for
from werkzeug.routing import BuildError, Rule

from app.factory import create_app


@pytest.fixture
def compiled(monkeypatch):
    """How many builders of addresses were compiled since."""
    real, names = Rule._get_func_code, []

    def count(code, name):
        names.append(name)
        return real(code, name)

    monkeypatch.setattr(Rule, "_get_func_code", staticmethod(count))
    return names


def test_no_address_is_prepared_at_the_start_and_each_one_can_be_had(database, compiled):
    app = create_app(database.config())
    assert compiled == []
    with app.test_request_context():
        for _ in range(2):
            assert url_for("books.show_book", book="美丽 家") == "/v1/books/%E7%BE%8E%E4%B8%BD%20%E5%AE%B6"
        assert len(compiled) == 1
        assert url_for("books.show_book", book="a", more="1").endswith("/v1/books/a?more=1")
        with pytest.raises(BuildError, match="book"):
            url_for("books.show_book")
