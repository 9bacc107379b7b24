"""What the tests of the library start from."""

import shutil

import pytest
from django.conf import settings


@pytest.fixture(autouse=True)
def empty_temp_dir() -> None:
    """Nothing lies in the folder for half-made files: workers that other tests killed had no time to tidy it."""
    for left in settings.FILE_UPLOAD_TEMP_DIR.iterdir():
        shutil.rmtree(left) if left.is_dir() else left.unlink()
