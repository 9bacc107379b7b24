"""The processes of `manage.py up` and `manage.py worker`, the web server, health checks and metrics."""
