"""One frame of a take as a file."""

from io import BytesIO

import pytest
from django.contrib.auth.models import User
from django.test import Client
from PIL import Image

from generation.reviews.notes import notes
from generation.reviews.notes.drawings import COLORS
from library.models import Project
from tests.generation.films import stored_take
from tests.generation.views.conftest import make_take

BOX = {"tool": "box", "color": "red", "width": 0.05, "points": [[0.1, 0.1], [0.9, 0.9]]}


@pytest.mark.usefixtures("s3")
def test_a_still_with_and_without_the_drawing(as_alice: Client, alice: User, project: Project) -> None:
    take = stored_take(alice, project)
    note = notes.write(take, text="Look", author=alice, frame=24, drawing=[BOX])
    plain = as_alice.get(f"/takes/{take.uuid}/frames/24.png")
    drawn = as_alice.get(f"/takes/{take.uuid}/frames/24.png?note={note.uuid}")
    assert (plain.status_code, plain["Content-Type"]) == (200, "image/png")
    assert plain["Cache-Control"] == "private, max-age=3600"
    assert plain["Content-Disposition"] == 'inline; filename="harbour-lights-take-1-00.01.00.png"'
    seen = [Image.open(BytesIO(answer.content)).convert("RGB").getpixel((64, 7)) for answer in (plain, drawn)]
    assert seen[0][0] == seen[0][1]
    assert "#{:02x}{:02x}{:02x}".format(*seen[1]) == COLORS["red"]


@pytest.mark.usefixtures("s3")
def test_a_still_that_cannot_be_made_has_an_error_page(
    as_alice: Client, alice: User, project: Project
) -> None:
    take, other = make_take(alice, project), make_take(alice, project)
    note = notes.write(other, text="Look", author=alice, frame=24, drawing=[BOX])
    beyond = as_alice.get(f"/takes/{take.uuid}/frames/120.png")
    assert (beyond.status_code, "120" in beyond.context["message"]) == (404, True)
    gone = as_alice.get(f"/takes/{take.uuid}/frames/3.png")
    assert (gone.status_code, bool(gone.context["message"])) == (503, True)
    for asked in (note.uuid, "nonsense"):
        assert as_alice.get(f"/takes/{take.uuid}/frames/3.png?note={asked}").status_code == 404
