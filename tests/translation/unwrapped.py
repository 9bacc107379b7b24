"""Remove the templates that are done from the list: `python -m tests.translation.unwrapped`."""

from pathlib import Path

from tests.translation.test_templates import UNWRAPPED, names, texts_of

if __name__ == "__main__":
    left = [name for name in names() if name in UNWRAPPED and texts_of(name)]
    (Path(__file__).parent / "unwrapped_templates.txt").write_text("".join(f"{name}\n" for name in left))
    print(f"{len(left)} templates left")
