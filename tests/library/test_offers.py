"""What is offered behind an `@` in the composer: by what it can be used as, ended rights marked."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from library.models import Asset
from library.usability import Use


def make(by: User, handle: str, uses: Use, **fields: object) -> Asset:
    return Asset.objects.create(handle=handle, kind="image", uses=int(uses), created_by=by, **fields)


@pytest.mark.parametrize(
    ("asked", "offered"),
    [("", ["pier", "pier_sheet"]), ("&usable=frame", ["pier"]), ("&usable=grid", ["pier_sheet"]),
     ("&usable=nonsense", ["pier", "pier_sheet"])],
)  # fmt: skip
def test_only_what_can_be_used_so_is_offered(
    client: Client, alice: User, asked: str, offered: list[str]
) -> None:
    make(alice, "pier", Use.FRAME | Use.SUBJECT)
    make(alice, "pier_sheet", Use.GRID)
    client.force_login(alice)
    found = client.get(f"/library/handles/?q=pie{asked}").json()["handles"]
    assert [one["handle"] for one in found] == offered


def test_what_may_not_be_used_any_more_is_marked(client: Client, alice: User) -> None:
    make(alice, "pier", Use.FRAME, rights_end_on=timezone.localdate() - timedelta(3))
    make(alice, "pier_2", Use.FRAME, rights_end_on=timezone.localdate() + timedelta(3))
    client.force_login(alice)
    found = client.get("/library/handles/?q=pier").json()["handles"]
    assert [one["ended"] for one in found] == ["rights expired 3 days ago", ""]
