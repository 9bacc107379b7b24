"""Processes: what `manage.py up` and `manage.py worker` start, watch and end, and how healthy all of it is."""
