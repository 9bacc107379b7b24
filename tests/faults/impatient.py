"""The app's settings with a SQLite that waits for a lock for one second instead of twenty: a lock of a few seconds is
then as bad as one of half a minute."""

from config.settings import *  # noqa: F403
from config.settings import DATABASES

DATABASES["default"]["OPTIONS"]["timeout"] = 1
