"""The ASGI application that `manage.py web` serves."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from generation.supervision.web.application import Application
from generation.supervision.web.serve import limits_of_settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
_wsgi = get_wsgi_application()

from generation.supervision.web.allowance import allowance  # noqa: E402 - imports models, so Django must be set up first

application = Application(
    _wsgi,
    allowance=allowance,
    anonymous_bytes=settings.MAX_ANONYMOUS_BYTES,
    threads=settings.WEB_THREADS,
    folder=settings.FILE_UPLOAD_TEMP_DIR,
    limits=limits_of_settings(),
)
