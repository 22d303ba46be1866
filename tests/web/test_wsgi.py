"""What gunicorn loads: the collector of garbage rests while it is loaded, and works afterwards."""

import gc
import runpy

from flask import Flask

from tests.fixtures.servers import ROOT


def test_the_collector_works_again_when_all_is_loaded(database, monkeypatch):
    monkeypatch.setenv("LINLI_MODE", "test")
    monkeypatch.setenv("LINLI_LOG_LEVEL", "WARNING")
    monkeypatch.setenv("DATABASE_URL", database.app_url)
    monkeypatch.setenv("REDIS_URL", database.redis_url)
    seen = []
    # not in earnest: what other tests left would never be collected
    monkeypatch.setattr(gc, "freeze", lambda: seen.append(gc.isenabled()))
    loaded = runpy.run_path(str(ROOT / "wsgi.py"))
    assert seen == [False]
    assert gc.isenabled()
    assert isinstance(loaded["app"], Flask)
    assert loaded["app"] is loaded["application"]
