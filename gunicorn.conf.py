"""How gunicorn serves Linli. The settings are the application's: a wrong one stops the start with its sentence."""

import os
import shutil
import tempfile

from app.infra.config import Config

settings = Config.from_process()

bind = settings.web_bind
workers = settings.web_workers
worker_class = "gthread"
threads = settings.web_threads
timeout = 60
graceful_timeout = 30
keepalive = 5
max_requests = 0
limit_request_line = 8190
limit_request_fields = 50
limit_request_field_size = 8190
accesslog = None  # the application logs each request itself, with its id
errorlog = "-"
loglevel = "warning"
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None

# prometheus_client adds the workers up through files of this folder, which it must know when it is imported
_metrics_folder = tempfile.mkdtemp(prefix="linli-metrics-")
os.environ["PROMETHEUS_MULTIPROC_DIR"] = _metrics_folder


def post_worker_init(_worker: object) -> None:
    """Make what the first payment would wait for: the reader of the rules of anti-fraud."""
    import app.risk.rules.expressions  # noqa: F401 - to have made its parser


def child_exit(_server: object, worker: object) -> None:
    """Forget the gauges of a worker that is gone."""
    from prometheus_client import multiprocess  # only after the folder is named

    multiprocess.mark_process_dead(worker.pid)


def on_exit(_server: object) -> None:
    """Leave no folder behind."""
    shutil.rmtree(_metrics_folder, ignore_errors=True)
