"""The perceptual hash for finding similar pictures."""

from itertools import pairwise

from PIL import Image

GRID = (9, 8)
BITS = 64
# All images with almost no contrast have similar hashes.
MIN_CONTRAST = 16


def perceptual_hash(image: Image.Image) -> int | None:
    """Return the difference hash of an image as a signed 64-bit number: whether each cell of a grid is brighter than
    the one to its right. Scaling, format changes and light retouching change few bits. None without contrast."""
    cells = image.resize(GRID, Image.Resampling.BOX).convert("L").tobytes()
    if max(cells) - min(cells) < MIN_CONTRAST:
        return None
    width = GRID[0]
    rows = [cells[at : at + width] for at in range(0, len(cells), width)]
    bits = [left > right for row in rows for left, right in pairwise(row)]
    return _signed(sum(bit << place for place, bit in enumerate(bits)))


def _signed(number: int) -> int:
    return number - 2**BITS if number >= 2 ** (BITS - 1) else number
