"""What a project may use: everything shared, and what is kept to it; not what is kept to another project."""

import pytest
from django.contrib.auth.models import User

from library.catalog import find_assets
from library.models import Project
from tests import factories


@pytest.mark.usefixtures("s3")
def test_what_is_kept_elsewhere_is_left_out(alice: User, project: Project) -> None:
    other = factories.project(alice)
    factories.asset(alice, handle="shared_by_other", project=other)
    factories.asset(alice, handle="kept_here", project=project, is_shared=False)
    factories.asset(alice, handle="kept_there", project=other, is_shared=False)
    found = {asset.handle for asset in find_assets(alice, usable_in=project).items}
    assert found == {"shared_by_other", "kept_here"}
    assert len(find_assets(alice).items) == 3
