"""The pictures and films that take the most memory of all that are let in: small files, as many pixels as allowed."""

import io
import struct
import tempfile
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

import av
from PIL import Image

from tests.library import files
from tests.library.hostile.makers import PNG_HEAD, chunk

SIZE = (8000, 5000)  # 40 megapixels, the most that is decoded
ANIMATED = (8000, 5000), 5


def png_of_16_bits(channels: int) -> bytes:
    """16 bits a channel: grey (1), colour (3) or colour with transparency (4); a few hundred kilobytes."""
    width, height = SIZE
    kind = {1: 0, 3: 2, 4: 6}[channels]
    squeeze = zlib.compressobj(9)
    row = b"\0" + bytes(width * channels * 2)
    data = b"".join(squeeze.compress(row) for _ in range(height)) + squeeze.flush()
    head = struct.pack(">IIBBBBB", width, height, 16, kind, 0, 0, 0)
    return PNG_HEAD + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND")


def saved(format: str, mode: str, size: tuple[int, int] = SIZE, **options: object) -> bytes:
    held = io.BytesIO()
    Image.new(mode, size).save(held, format, **options)
    return held.getvalue()


def animation(format: str) -> bytes:
    """Frames of 40 megapixels that differ, 200 in all."""
    size, count = ANIMATED
    frames = [Image.new("RGB", size, (number * 40, 0, 0)) for number in range(count)]
    held = io.BytesIO()
    frames[0].save(
        held, format, save_all=True, append_images=frames[1:], duration=40, lossless=True, method=0
    )
    return held.getvalue()


def film(size: tuple[int, int] = (8000, 4992)) -> bytes:
    """A second of H.264 with frames of 40 megapixels and four frames that are kept to predict from."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "film.mp4"
        with av.open(str(path), "w") as container:
            options = {"preset": "ultrafast", "x264-params": "ref=4:bframes=2:threads=2"}
            stream = container.add_stream("libx264", rate=8, options=options)
            stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
            for number in range(8):
                frame = av.VideoFrame.from_image(Image.new("RGB", size, (number * 30, 0, 0)))
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        return path.read_bytes()


WORST: dict[str, Callable[[], bytes]] = {
    "colour-16.png": lambda: png_of_16_bits(3),
    "clear-16.png": lambda: png_of_16_bits(4),
    "grey-16.png": lambda: png_of_16_bits(1),
    "print.jpg": lambda: saved("JPEG", "CMYK", (65500, 610), progressive=True),
    "turned.jpg": lambda: saved("JPEG", "RGB", progressive=True, exif=files.exif(6)),
    "turned.webp": lambda: saved("WEBP", "RGBA", lossless=True, method=0, exif=files.exif(6)),
    "moving.gif": lambda: animation("GIF"),
    "moving.webp": lambda: animation("WEBP"),
    "moving.png": lambda: animation("PNG"),
    "palette.png": lambda: saved("PNG", "P", transparency=b"\0\x80"),
}


@cache
def worst(name: str) -> bytes:
    """One of them; the same picture sent again would be known, so each is made once and changed by who sends it."""
    return WORST[name]()
