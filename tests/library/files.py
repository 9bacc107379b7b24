"""Real files of every kind, drawn or played by the program, and broken ones."""

import io
import math
import struct
import wave
import zlib
from array import array
from pathlib import Path

import av
from av.video.reformatter import Colorspace
from PIL import Image, ImageDraw
from PIL.TiffImagePlugin import IFDRational

RATE = 16000


def picture(
    format: str = "PNG", size: tuple[int, int] = (64, 40), mode: str = "RGB", **options: object
) -> bytes:
    """A picture with a dark left half, so that turning it shows."""
    image = Image.new(mode, size, "white" if mode == "RGB" else (255, 255, 255, 90))
    ImageDraw.Draw(image).rectangle((0, 0, size[0] // 2, size[1]), fill="navy")
    held = io.BytesIO()
    image.save(held, format, **options)
    return held.getvalue()


def exif(orientation: int = 1, *, place: bool = False) -> Image.Exif:
    """Camera metadata: how the picture lies, and where it was taken."""
    made = Image.Exif()
    made[0x0110] = "Camera 1"
    made[0x0112] = orientation
    if place:
        degrees = (IFDRational(52), IFDRational(31), IFDRational(12))
        made.get_ifd(0x8825).update({1: "N", 2: degrees, 3: "E", 4: degrees})
    return made


def animation(frames: int, size: tuple[int, int] = (32, 32), format: str = "GIF") -> bytes:
    """A moving picture of so many different frames."""
    images = [Image.new("RGB", size, (number * 7 % 256, number % 256, 90)) for number in range(frames)]
    held = io.BytesIO()
    images[0].save(held, format, save_all=True, append_images=images[1:])
    return held.getvalue()


def crowded_animation(frames: int, width: int, height: int) -> bytes:
    """A small GIF that claims a large screen for each of its frames."""
    content = animation(frames, (8, 8))
    return content[:6] + struct.pack("<HH", width, height) + content[10:]


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds next to nothing."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(b"\0"))
        + _chunk(b"IEND", b"")
    )


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def sound(seconds: float = 1.0) -> bytes:
    """A WAV with a tone that swells."""
    count = int(seconds * RATE)
    samples = array("h", (int(20000 * n / count * math.sin(n / 8)) for n in range(count)))
    held = io.BytesIO()
    with wave.open(held, "wb") as writer:
        writer.setparams((1, 2, RATE, 0, "NONE", ""))
        writer.writeframes(samples.tobytes())
    return held.getvalue()


def slow_sound() -> bytes:
    """A WAV of a third of a second whose header says: one sample a second."""
    content = bytearray(sound(1 / 3))
    content[24:32] = struct.pack("<II", 1, 2)
    return bytes(content)


def mp3(path: Path, seconds: float = 1.0) -> Path:
    """An MP3 of that length."""
    samples = array("h", (int(9000 * math.sin(n / 9)) for n in range(int(seconds * 44100))))
    with av.open(str(path), "w", format="mp3") as container:
        stream = container.add_stream("mp3", rate=44100, layout="mono")
        frame = av.AudioFrame(format="s16p", layout="mono", samples=len(samples))
        frame.sample_rate = 44100
        frame.planes[0].update(samples.tobytes())
        container.mux([*_encoded_sound(stream, frame), *stream.encode(None)])
    return path


def _encoded_sound(stream: av.AudioStream, frame: av.AudioFrame) -> list[av.Packet]:
    fifo = av.AudioFifo()
    fifo.write(frame)
    packets = []
    while part := fifo.read(1152):
        packets += stream.encode(part)
    return packets


def video(
    path: Path, *, seconds: int = 2, fps: int = 24, movflags: str = "use_metadata_tags", **metadata: str
) -> Path:
    """A film of 128×72 pixels whose brightness grows from black; an MP4 or MOV as the path says."""
    with av.open(str(path), "w", options={"movflags": movflags}) as container:
        container.metadata.update(metadata)
        stream = container.add_stream("libx264", rate=fps)
        stream.width, stream.height, stream.pix_fmt = 128, 72, "yuv420p"
        for number in range(seconds * fps):
            light = 255 * number // (seconds * fps)
            container.mux(stream.encode(av.VideoFrame.from_image(Image.new("RGB", (128, 72), (light,) * 3))))
        container.mux(stream.encode(None))
    return path


def red_film(path: Path, *, size: tuple[int, int], matrix: str) -> Path:
    """Two frames of (200, 40, 60), written by that matrix (`709` or `601`) without naming it."""
    space = {"709": Colorspace.ITU709, "601": Colorspace.ITU601}[matrix]
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        for _ in range(2):
            frame = av.VideoFrame.from_image(Image.new("RGB", size, (200, 40, 60)))
            container.mux(stream.encode(frame.reformat(format="yuv420p", dst_colorspace=space)))
        container.mux(stream.encode(None))
    return path


def turned_video(path: Path) -> Path:
    """A film whose header says: turn me by a quarter to show me."""
    content = video(path).read_bytes()
    upright = struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 1 << 30)
    quarter = struct.pack(">9i", 0, 65536, 0, -65536, 0, 0, 0, 0, 1 << 30)
    place = content.index(upright, content.index(b"tkhd"))
    path.write_bytes(content[:place] + quarter + content[place + 36 :])
    return path


def recording(path: Path, codec: str, *, seconds: float = 1.0, rate: int = 48000, **metadata: str) -> Path:
    """A tone in the container that the path's ending names, by that codec: `aac`, `libopus`, `flac`."""
    with av.open(str(path), "w") as container:
        container.metadata.update(metadata)
        stream = container.add_stream(codec, rate=rate, layout="mono")
        samples = array("h", (int(9000 * math.sin(n / 9)) for n in range(int(seconds * rate))))
        frame = av.AudioFrame(format="s16", layout="mono", samples=len(samples))
        frame.sample_rate = rate
        frame.planes[0].update(samples.tobytes())
        size = stream.codec_context.frame_size or 1024
        resampler = av.AudioResampler(stream.format, "mono", rate, frame_size=size)
        for part in [*resampler.resample(frame), *resampler.resample(None)]:
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))
    return path
