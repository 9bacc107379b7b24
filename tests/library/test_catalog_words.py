"""Search finds exactly the assets whose folded text has every word, on whichever database."""

import pytest
from django.contrib.auth.models import User
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from library.catalog import filtering, find_assets, sqlite_fts_triggers
from library.models import Asset
from library.models.search import fold, refresh_tagged, search_text_of, words_of
from tests import factories

pytestmark = [pytest.mark.django_db]

LETTERS = st.text(st.sampled_from("abAB1ßẞİıiσςΣéÉﬁ%_\\\"'*@ -😀語é\t"), max_size=12)
TEXTS = st.one_of(LETTERS, st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12))


def make(by: User, handle: str, title: str = "", description: str = "", tags: tuple[str, ...] = ()) -> Asset:
    """An asset without files, as the writers of assets leave it."""
    asset = Asset(handle=handle, kind="image", title=title, description=description, created_by=by)
    asset.search_text = search_text_of(asset, tags)
    asset.save()
    return asset


def found(user: User, q: str, sort: str = "newest") -> list[str]:
    return [asset.handle for asset in find_assets(user, q=q, sort=sort).items]


def expected(q: str) -> list[str]:
    """The definition, word by word, without any database."""

    def has(asset: Asset, word: str) -> bool:
        words = words_of(" ".join((asset.handle, asset.title, asset.description)))
        return any(word in one if len(word) >= 3 else one.startswith(word) for one in words)

    wanted = words_of(q)[:8]
    return [
        asset.handle for asset in Asset.objects.order_by("-pk") if all(has(asset, word) for word in wanted)
    ]


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(titles=st.lists(TEXTS, min_size=1, max_size=4), q=TEXTS, cut=st.integers(0, 8))
def test_search_is_its_definition(alice: User, titles: list[str], q: str, cut: int) -> None:
    Asset.objects.all().delete()
    for number, title in enumerate(titles):
        make(alice, f"thing_{number}", title, description=title[::-1])
    for asked in (q, titles[0][cut:], titles[0][: cut + 1], titles[-1]):
        assert found(alice, asked) == expected(asked)
        by_name = sorted(expected(asked))
        assert found(alice, asked, sort="name") == by_name
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(filtering, "SMALL", 0)  # as if there were many: the list is walked
            assert found(alice, asked, sort="name") == by_name


@pytest.mark.parametrize(
    ("q", "names"),
    [
        ("STRASSE", []),
        ("straße", ["street"]),
        ("STRAẞE", ["street"]),
        ("istanbul", []),
        ("i̇stanbul", ["city"]),
        ("İSTANBUL", ["city"]),
        ("Ｌｉｇｈｔ", ["light_1"]),
        ("😀😀😀", ["smile"]),
        ("😀", ["smile"]),
        ("@light_1", ["light_1"]),
        ("@LI", ["light_1"]),
        ("l", ["light_1"]),
        ("ight", ["light_1"]),
        ("gh", []),
        ("100%", ["percent"]),
        ("%00", []),
        ("a_b", []),
        ('"quoted"', ["quote"]),
        ('"', ["quote"]),
        ("'); drop", []),
        ("OR", []),
        ("quo* NOT x", []),
        ("@", ["quote", "percent", "smile", "light_1", "city", "street"]),
    ],
)
def test_letters_that_search_engines_stumble_over(alice: User, q: str, names: list[str]) -> None:
    make(alice, "street", "Die Straße")
    make(alice, "city", "İstanbul")
    make(alice, "light_1", "A Ｌｉｇｈｔ")
    make(alice, "smile", "😀😀😀 face")
    make(alice, "percent", "now 100% done")
    make(alice, "quote", 'the "quoted" word')
    assert found(alice, q) == names


def test_the_index_follows_every_change(alice: User) -> None:
    asset = make(alice, "lamp", "brass")
    Asset.objects.filter(pk=asset.pk).update(search_text="  silver")
    assert (found(alice, "brass"), found(alice, "silver")) == ([], ["lamp"])
    Asset.objects.filter(pk=asset.pk).update(title="untouched by the search")
    assert found(alice, "silver") == ["lamp"]
    asset.delete()
    assert found(alice, "silver") == []


def test_what_a_lost_trigger_missed_is_made_up_for(alice: User) -> None:
    if connection.vendor == "sqlite":  # whose triggers go when Django alters a table
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER library_asset_words_added")
    make(alice, "lamp", "brass")
    sqlite_fts_triggers.ensure_triggers(using="default")
    assert found(alice, "brass") == ["lamp"]
    make(alice, "chair", "brass")
    assert found(alice, "brass") == ["chair", "lamp"]


@pytest.mark.usefixtures("s3")
def test_a_renamed_tag_is_found_by_its_new_name(alice: User) -> None:
    asset = factories.asset(alice, handle="lamp", tags=["night"])
    tag = asset.tags.get()
    tag.name = "evening"
    tag.save()
    refresh_tagged(tag)
    assert (found(alice, "night"), found(alice, "evening")) == ([], ["lamp"])


def test_folding_twice_changes_nothing_in_common_letters() -> None:
    for text in ("Straße", "ΣΊΣΥΦΟΣ", "ﬁne", "É"):
        assert fold(fold(text)) == fold(text)
