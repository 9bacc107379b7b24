"""Settings for the tests: the real ones, with everything that is written in a folder of this process alone.

Each process of a parallel run has its own folder, database, local S3 server and sandbox, on ports of its own.
`DATABASE_URL` and `REDIS_URL` are taken from the environment, so the whole suite can run on PostgreSQL and Redis.
"""

import atexit
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

from tests.free_ports import free_port

_var = Path(tempfile.mkdtemp(prefix="backlot-tests-"))
atexit.register(shutil.rmtree, _var, ignore_errors=True)


# How much is run is asked for from outside; what the parts are set up with is not.
_sizes = {"BACKLOT_FAULTS_FULL", "BACKLOT_FUZZ_EXAMPLES"}
# Every message becomes `x`; tests of wording are left out (`tests/translation/dummy_catalogue.py`).
DUMMY_CATALOGUE = os.environ.get("BACKLOT_TESTS_DUMMY_CATALOGUE") == "1"
_kept = {*_sizes, "BACKLOT_TESTS_DUMMY_CATALOGUE"}
for _name in list(os.environ):
    if _name.startswith(("BACKLOT_", "AWS_", "SKYREELS_", "C2PA_", "EMAIL_URL")) and _name not in _kept:
        del os.environ[_name]
if os.environ.get("REDIS_URL"):
    # One of Redis's numbered databases for each process, or workers of one would take the messages of another.
    _number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    os.environ["REDIS_URL"] = os.environ["REDIS_URL"].rsplit("/", 1)[0] + f"/{_number + 1}"
os.environ["BACKLOT_VAR"] = str(_var)
_agreed = {
    "secret_key": "of the tests alone, which keep nothing",
    "s3_access_key": "testskey",
    "s3_secret_key": "testssecret",
    "sandbox_api_key": "sandbox-tests",
    "s3_port": free_port(),
    "sandbox_port": free_port(),
}
(_var / "embedded.json").write_text(json.dumps(_agreed))

from config.settings import *  # noqa: E402, F403
from config.settings import BASE_DIR, DATABASES, STATIC_ROOT, STORAGES, VAR_DIR  # noqa: E402

STATIC_ROOT.mkdir()  # whitenoise warns where it is missing

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, not memory: worker processes of the tests open the same database.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "tests.sqlite3")}
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

if DUMMY_CATALOGUE:
    sys.path.insert(0, str(BASE_DIR / "locale"))
    from tests.translation import dummy_catalogue

    LOCALE_PATHS = [VAR_DIR / "locale"]
    dummy_catalogue.install(LOCALE_PATHS[0])
