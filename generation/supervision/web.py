"""How gunicorn serves the pages: `gunicorn -c python:generation.supervision.web config.wsgi`.

There is no access log: addresses carry share tokens and the like, and what matters is logged by the app.
"""

import os
from typing import Any

from django.conf import settings

from generation.supervision import tether

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

bind = f"[{settings.HOST}]:{settings.PORT}" if ":" in settings.HOST else f"{settings.HOST}:{settings.PORT}"
# SQLite has one writer and the cache without Redis lives in one process, so a second process would cost memory and
# bring contention. Threads wait for the database and for slow uploads side by side.
workers = 2 if settings.REDIS_URL else 1
worker_class = "gthread"
threads = 8
keepalive = 5
timeout = 60
graceful_timeout = 3
accesslog = None
loglevel = "warning"
control_socket_disable = True


def post_fork(server: Any, worker: Any) -> None:
    """A worker process must not go on serving when gunicorn itself was killed."""
    tether.tie_to(server.pid)
