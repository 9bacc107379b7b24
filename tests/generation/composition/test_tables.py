"""A table of shots as people paste it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.composition import Keyframe, Roles, Settings
from generation.composition.shot_table import MAX_ROWS, Row, decode_file, read_table

DEFAULTS = Settings(model="skyreels-v4-fast", duration=5, resolution="480p", aspect_ratio="16:9")


def rows(text: str, **options: object) -> list[Row]:
    return read_table(text, **{"defaults": DEFAULTS, **options}).rows


def problems(text: str) -> list[tuple[int, str, str]]:
    return [(row.number, found.column, found.message) for row in rows(text) for found in row.problems]


def test_columns_stand_in_any_order_and_missing_ones_take_the_defaults() -> None:
    one, two = rows("prompt\tSeconds\tShot\nA quay\t7\t010\nA pier\t\t\n", takes=3)
    wanted = one.take_request
    assert (one.number, wanted.prompt, wanted.settings.duration, wanted.shot, one.takes) == (
        1, "A quay", 7, "010", 3,
    )  # fmt: skip
    wanted = two.take_request
    assert (two.number, wanted.settings, wanted.roles, wanted.shot) == (2, DEFAULTS, Roles(), "")


@pytest.mark.parametrize("comma", ["\t", ",", ";"])
def test_every_column_is_read(comma: str) -> None:
    names = ["Code", "Title", "Prompt", "Model", "Resolution", "Duration", "Aspect ratio", "Takes"]
    names += ["first_frame", "End frame", "Keyframes"]
    cells = ["020", "The pier", "At @neon and @moon", "Standard", "1080", "8 s", "9:16", "2"]
    cells += ["@quay", "pier", '"@neon 3; @moon"']
    (row,) = rows(f"{comma.join(names)}\r\n{comma.join(cells)}\r\n")
    assert row.problems == ()
    assert (row.title, row.takes, row.take_request.shot, row.take_request.prompt) == (
        "The pier",
        2,
        "020",
        "At @neon and @moon",
    )
    assert row.take_request.settings == Settings("skyreels-v4-std", 8, "1080p", "9:16")
    assert row.take_request.roles == Roles(
        first="quay", end="pier", mids=(Keyframe("neon", 3), Keyframe("moon"))
    )


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
    assert (row.take_request.prompt, row.problems) == (prompt, ())


@pytest.mark.parametrize("written", ["16:9", "16:09", "16:09:00", "16/9", "16x9", "16 : 9"])
def test_a_ratio_is_known_however_a_spreadsheet_writes_it(written: str) -> None:
    (row,) = rows(f"prompt\tratio\nA quay\t{written}")
    assert (row.take_request.settings.aspect_ratio, row.problems) == ("16:9", ())


@pytest.mark.parametrize(
    ("column", "cell", "shown"),
    [
        ("model", "turbo", ["turbo", "fast"]),
        ("resolution", "4k", ["4k", "480p"]),
        ("seconds", "2", ["2", "3", "15"]),
        ("seconds", "5.5", ["5.5"]),
        ("ratio", "2:1", ["2:1", "16:9"]),
        ("takes", "21", ["21", "20"]),
        ("takes", "²", ["²"]),
        ("shot", "a" * 21, ["20", "21"]),
        ("title", "The pier", []),
        ("first_frame", "the quay", ["the quay"]),
        ("keyframes", "@neon at; x", ["@neon at"]),
    ],
)
def test_an_invalid_cell_is_reported_with_its_value_and_the_limits(
    column: str, cell: str, shown: list[str]
) -> None:
    ((number, where, message),) = problems(f"prompt\t{column}\nA quay\t{cell}")
    assert (number, where) == (1, column)
    assert [text for text in shown if text not in message] == []


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("prompt\tshot\n\t010", "prompt"),
        ("prompt\n{a|{b|c}}", "prompt"),
        ("prompt,shot\nA quay, at dusk,010", "row"),
    ],
)
def test_an_unusable_row_is_reported(text: str, where: str) -> None:
    assert [column for _, column, _ in problems(text)] == [where]


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t\n",
        "prompt\tshot",
        "A quay\nA pier",
        "shot\ttitle\n010\tPier",
        "prompt\ttext\na\tb",
        'prompt,shot\n"A quay,010',
        "prompt\n" + "A quay\n" * (MAX_ROWS + 1),
        "x" * 500_001,
    ],
    ids=["empty", "blank", "no rows", "no names", "no prompt", "twice", "open quote", "201 rows", "too long"],
)
def test_text_that_is_not_a_table_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        rows(text)


def test_unknown_columns_are_ignored_with_a_note() -> None:
    table = read_table("prompt\tNotes\n" + "A quay\tnice\n" * MAX_ROWS, defaults=DEFAULTS)
    assert (len(table.rows), table.rows[-1].number) == (MAX_ROWS, MAX_ROWS)
    assert ["Notes" in note for note in table.notes] == [True]


def test_alternatives_in_a_cell_make_more_takes() -> None:
    (row,) = rows("prompt\ttakes\nAt {dawn|noon}\t2")
    assert [take_request.prompt for take_request in row.take_requests] == [
        "At dawn",
        "At dawn",
        "At noon",
        "At noon",
    ]


@pytest.mark.parametrize(
    "content", ["prompt\nCafé".encode(code) for code in ("utf-8", "utf-8-sig", "utf-16", "cp1252")]
)
def test_files_of_spreadsheets_are_decoded(content: bytes) -> None:
    assert rows(decode_file(content))[0].take_request.prompt == "Café"


def test_a_file_that_is_not_text_is_refused() -> None:
    with pytest.raises(ValueError, match="CSV"):
        decode_file(b"PK\x03\x04\0\0\0")


@given(st.text(alphabet='prompt,shot;\t"\n\r5@{|} ', max_size=200), st.booleans())
def test_any_text_gives_rows_or_a_sentence(text: str, named: bool) -> None:
    try:
        found, said = rows(f"prompt\tshot\n{text}" if named else text), ""
    except ValueError as refusal:
        found, said = [], str(refusal)
    assert found or said
    for row in found:
        assert row.problems or row.take_requests


def test_a_table_of_very_many_columns_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="has 101 columns; the maximum is 100"):
        read_table("prompt" + ",a" * 100 + "\nA pier", defaults=Settings())
