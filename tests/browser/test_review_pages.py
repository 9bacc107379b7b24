"""The pages around a take's review that no other test opens in a browser: they fit and are accessible."""

import pytest

from tests.browser.conftest import House
from tests.browser.soundness import serious

pytestmark = pytest.mark.system
MAKE = """
from django.contrib.auth.models import User
from generation.models import Note, Take
from generation.reviews.notes import notes
from generation.reviews.notifications import emails
from generation.reviews.verdicts import verdicts
kim = User.objects.get(username="kim")
take = Take.objects.get(uuid="{uuid}")
word = "Schwimmbeckenrandsteinpflegeanweisung" * 6
note = notes.write(take, text=word + " @jonas", author=kim, frame=3, end_frame=9)
notes.resolve(notes.write(take, text="Here", author=kim, frame=3, drawing=[
    {{"tool": "arrow", "color": "red", "width": 0.01, "points": [[0.1, 0.1], [0.5, 0.5]]}}]), by=kim)
notes.write(take, text=word, author=kim, parent=note)
verdicts.decide(take, decision="changes", by=kim, reason=word)
print(note.uuid, emails.unsubscribe_token(kim))
"""


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1440, "dark")])
def test_they_fit_and_have_no_serious_axe_violations(
    visit, striped: str, house: House, width: int, scheme: str
) -> None:
    note, token = house.run(MAKE.format(uuid=striped.split("/")[2])).split()
    page, found = visit("kim", width=width, scheme=scheme), {}
    for path in [
        striped, f"{striped}history/", f"{striped}notes/print/", f"{striped}frames/999999.png", f"/notes/{note}/reply/",
        f"/notes/{note}/edit/", f"/notes/{note}/delete/", "/inbox/", "/inbox/?show=waiting", "/inbox/?show=changes",
        f"/unsubscribe/{token}/", "/scoreboard/?by=person", "/takes/compare/", "/s/nothing/",
    ]:  # fmt: skip
        page.goto(path)
        wide, violations = page.evaluate("document.documentElement.scrollWidth"), serious(page)
        if violations or wide > width:
            found[path] = (wide, violations)
    assert found == {}
    jonas = visit("jonas", width=width, scheme=scheme)
    jonas.goto(f"/projects/harbour-lights/new/?note={note}")
    assert jonas.evaluate("document.documentElement.scrollWidth") <= width
    assert serious(jonas) == []
