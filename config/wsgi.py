"""Django as a WSGI application. `config.asgi` serves it; a plain WSGI server would lack the limits there."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()
