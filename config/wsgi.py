"""Django as a WSGI application. `config.asgi` serves it; a WSGI server would have none of the limits there."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()
