"""A table of shots as people paste it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.composition import Keyframe, Roles, Settings
from generation.composition.shot_table import MAX_ROWS, Row, decoded, read_table

DEFAULTS = Settings(model="skyreels-v4-fast", duration=5, resolution="480p", aspect_ratio="16:9")


def rows(text: str, **options: object) -> list[Row]:
    return read_table(text, **{"defaults": DEFAULTS, **options}).rows


def problems(text: str) -> list[tuple[int, str, str]]:
    return [(row.number, column, said) for row in rows(text) for column, said in row.problems]


def test_columns_stand_in_any_order_and_missing_ones_take_the_defaults() -> None:
    one, two = rows("prompt\tSeconds\tShot\nA quay\t7\t010\nA pier\t\t\n", takes=3)
    assert (one.number, one.brief.prompt, one.brief.settings.duration, one.brief.shot, one.takes) == (
        1, "A quay", 7, "010", 3,
    )  # fmt: skip
    assert (two.number, two.brief.settings, two.brief.roles, two.brief.shot) == (2, DEFAULTS, Roles(), "")


@pytest.mark.parametrize("comma", ["\t", ",", ";"])
def test_every_column_is_read(comma: str) -> None:
    names = ["Code", "Title", "Prompt", "Model", "Resolution", "Duration", "Aspect ratio", "Takes"]
    names += ["first_frame", "End frame", "Keyframes"]
    cells = ["020", "The pier", "At @neon and @moon", "Standard", "1080", "8 s", "9:16", "2"]
    cells += ["@quay", "pier", '"@neon 3; @moon"']
    (row,) = rows(f"{comma.join(names)}\r\n{comma.join(cells)}\r\n")
    assert row.problems == ()
    assert (row.title, row.takes, row.brief.shot, row.brief.prompt) == (
        "The pier",
        2,
        "020",
        "At @neon and @moon",
    )
    assert row.brief.settings == Settings("skyreels-v4-std", 8, "1080p", "9:16")
    assert row.brief.roles == Roles(first="quay", end="pier", mids=(Keyframe("neon", 3), Keyframe("moon")))


@pytest.mark.parametrize(
    ("text", "prompt"),
    [
        ('prompt,shot\n"A quay,\nat ""dusk"", {red|blue}",010', 'A quay,\nat "dusk", {red|blue}'),
        ('prompt\tshot\n"A quay\nat dusk"\t010', "A quay\nat dusk"),
        ('prompt\tshot\n"Stop!" she says\t010', '"Stop!" she says'),
        ('prompt\tshot\n"Stop! she says\t010', '"Stop! she says'),
        ("\ufeffshot;prompt\n010;A quay, at dusk", "A quay, at dusk"),
        ("\n\nprompt\n\n  A quay  \n\n", "A quay"),
    ],
)
def test_cells_keep_their_text(text: str, prompt: str) -> None:
    (row,) = rows(text)
    assert (row.brief.prompt, row.problems) == (prompt, ())


@pytest.mark.parametrize("written", ["16:9", "16:09", "16:09:00", "16/9", "16x9", "16 : 9"])
def test_a_ratio_is_known_however_a_spreadsheet_writes_it(written: str) -> None:
    (row,) = rows(f"prompt\tratio\nA quay\t{written}")
    assert (row.brief.settings.aspect_ratio, row.problems) == ("16:9", ())


@pytest.mark.parametrize(
    ("column", "cell", "said"),
    [
        ("model", "turbo", "“turbo” is not one of fast or standard."),
        ("resolution", "4k", "“4k” is not one of 480p, 720p, 1080p."),
        ("seconds", "2", "“2” is not whole seconds from 3 to 15."),
        ("seconds", "5.5", "“5.5” is not whole seconds from 3 to 15."),
        ("ratio", "2:1", "“2:1” is not one of 16:9, 4:3, 1:1, 9:16, 3:4."),
        ("takes", "21", "“21” is not a number of takes from 1 to 20."),
        ("takes", "²", "“²” is not a number of takes from 1 to 20."),
        ("shot", "a" * 21, "A shot's code has at most 20 letters; this one has 21."),
        ("title", "The pier", "A title belongs to a shot: give the shot's code too."),
        ("first_frame", "the quay", "“the quay” is not the handle of one picture, such as @quay."),
        ("keyframes", "@neon at; x", "“@neon at” is not a handle with its second."),
    ],
)
def test_a_wrong_cell_is_named(column: str, cell: str, said: str) -> None:
    ((number, where, sentence),) = problems(f"prompt\t{column}\nA quay\t{cell}")
    assert (number, where) == (1, column)
    assert sentence.startswith(said)


@pytest.mark.parametrize(
    ("text", "where", "said"),
    [
        ("prompt\tshot\n\t010", "prompt", "Write what is to be seen."),
        ("prompt\n{a|{b|c}}", "prompt", "Alternatives cannot stand inside others"),
        ("prompt,shot\nA quay, at dusk,010", "row", "The row has more cells than there are columns."),
    ],
)
def test_a_row_that_says_nothing_sound_is_named(text: str, where: str, said: str) -> None:
    ((_, column, sentence),) = problems(text)
    assert (column, sentence.startswith(said)) == (where, True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "The table is empty."),
        (" \n\t\n", "The table is empty."),
        ("prompt\tshot", "no row under them"),
        ("A quay\nA pier", "The first row has to name the columns"),
        ("shot\ttitle\n010\tPier", "one of them has to be prompt"),
        ("prompt\ttext\na\tb", "Two columns are called prompt."),
        ('prompt,shot\n"A quay,010', "a cell that begins with a quote needs one at its end"),
        ("prompt\n" + "A quay\n" * (MAX_ROWS + 1), "The table has 201 rows; 200 is the most."),
        ("x" * 500_001, "The table is longer than 500,000 letters."),
    ],
)
def test_what_is_no_table_is_told(text: str, said: str) -> None:
    with pytest.raises(ValueError) as raised:  # noqa: PT011 the sentence is looked at below
        rows(text)
    assert said in str(raised.value)


def test_the_most_rows_are_taken_and_unknown_columns_passed_over() -> None:
    table = read_table("prompt\tNotes\n" + "A quay\tnice\n" * MAX_ROWS, defaults=DEFAULTS)
    assert (len(table.rows), table.rows[-1].number) == (MAX_ROWS, MAX_ROWS)
    assert table.notes == ["The column “Notes” is not known and was passed over."]


def test_alternatives_in_a_cell_make_more_takes() -> None:
    (row,) = rows("prompt\ttakes\nAt {dawn|noon}\t2")
    assert [brief.prompt for brief in row.briefs] == ["At dawn", "At dawn", "At noon", "At noon"]


@pytest.mark.parametrize(
    "content", ["prompt\nCafé".encode(code) for code in ("utf-8", "utf-8-sig", "utf-16", "cp1252")]
)
def test_files_of_spreadsheets_are_decoded(content: bytes) -> None:
    assert rows(decoded(content))[0].brief.prompt == "Café"


def test_a_file_that_is_no_text_is_told() -> None:
    with pytest.raises(ValueError, match="This file is no text"):
        decoded(b"PK\x03\x04\0\0\0")


@given(st.text(alphabet='prompt,shot;\t"\n\r5@{|} ', max_size=200), st.booleans())
def test_any_text_gives_rows_or_a_sentence(text: str, named: bool) -> None:
    try:
        found, said = rows(f"prompt\tshot\n{text}" if named else text), ""
    except ValueError as refusal:
        found, said = [], str(refusal)
    assert found or said.endswith((".", ")."))
    for row in found:
        assert row.problems or row.briefs


def test_a_table_of_very_many_columns_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="has 101 columns; the maximum is 100"):
        read_table("prompt" + ",a" * 100 + "\nA pier", defaults=Settings())
