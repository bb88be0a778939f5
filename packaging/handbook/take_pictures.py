"""Takes the handbook's pictures: runs the practice tour of every guide in both themes and saves the chosen frames.

Run by ``python3 packaging/dev.py help --pictures`` in the environment of the tests.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from pathlib import Path

import dev
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from app.guide import catalog
from app.guide.placeholders import fill_guide
from app.system.paths import resources
from handbook import pictures

LOSSLESS = 100
"""Qt's WebP writer keeps every pixel at this quality; text stays sharp, and the file is smaller than a PNG."""

COLORS, EXACT, APART = 256, 32, 8
"""The number of colors of a picture: the most frequent ones exactly, and of the many at the edges of letters only those
that differ by more than the last number in red, green or blue. Smaller differences are not visible."""


def tour(client: str, theme: str, folder: Path) -> None:
    """Run one tour on a virtual screen. Exits where it stops."""
    size = "{}x{}".format(*pictures.WINDOW)
    options = ["--practice", "--client", client, "--theme", theme, "--size", size, "--tour", str(folder / "tour")]
    with tempfile.TemporaryDirectory(prefix="scim-help-", ignore_cleanup_errors=True) as home:
        arguments = [sys.executable, "-m", "app", *options, "--data-dir", f"{home}/data"]
        if dev.on_virtual_screen(arguments, Path(home)):
            sys.exit(f"The tour of {client} stopped.")


def save(picture: pictures.Picture, theme: str, folder: Path, out: Path) -> Path:
    """Save the frame of that picture; returns its file. Exits where the frame is missing or has another size."""
    frames = sorted((folder / "tour").glob(f"[0-9][0-9]-{picture.frame}.png"))
    image = QImage(str(frames[-1])) if frames else QImage()
    if (image.width(), image.height()) != picture.size:
        sys.exit(f"The frame {picture.frame} is missing or has another size.")
    file = out / picture.file(theme)
    if not fewer_colors(image).convertToFormat(QImage.Format.Format_RGB888).save(str(file), quality=LOSSLESS):
        sys.exit(f"{file.name} could not be written.")
    return file


def fewer_colors(image: QImage) -> QImage:
    """The picture in few colors, each close to its original."""
    plain = image.convertToFormat(QImage.Format.Format_RGB32)
    counted = Counter(memoryview(plain.constBits()).cast("I"))
    palette: list[bytes] = []
    for color in (color.to_bytes(4, "big") for color, _times in counted.most_common()):
        if len(palette) < EXACT or all(far(color, other) for other in palette):
            palette.append(color)
    how = Qt.ImageConversionFlag.ThresholdDither | Qt.ImageConversionFlag.AvoidDither
    numbers = [int.from_bytes(color, "big") for color in palette[:COLORS]]
    return plain.convertToFormat(QImage.Format.Format_Indexed8, numbers, how)


def far(one: bytes, other: bytes) -> bool:
    """Whether the difference of two colors is visible."""
    return any(abs(a - b) > APART for a, b in zip(one, other, strict=True))


def main() -> None:
    """Take all pictures again and delete those of removed guides."""
    out = resources() / "help/pictures"
    out.mkdir(exist_ok=True)
    taken = set()
    for client, wanted in pictures.every([fill_guide(guide, {}) for guide in catalog.guides()]):
        for theme in pictures.THEMES:
            dev.say(f"Running the tour of {client}, {theme}")
            with tempfile.TemporaryDirectory(prefix="scim-frames-") as scratch:
                tour(client, theme, Path(scratch))
                taken |= {save(picture, theme, Path(scratch), out) for picture in wanted}
    for old in set(out.iterdir()) - taken:
        old.unlink()
    bytes_taken = sum(file.stat().st_size for file in taken)
    dev.say(f"{len(taken)} pictures, {bytes_taken:,} bytes")
    if bytes_taken > pictures.MOST_BYTES:
        sys.exit(f"More than {pictures.MOST_BYTES:,} bytes.")


if __name__ == "__main__":
    main()
