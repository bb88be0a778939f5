"""Takes the handbook's pictures: walks the practice tour of every guide in both themes and keeps the chosen frames.

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
"""Qt's WebP writer keeps every pixel at this quality; words stay sharp, and the file is smaller than a PNG."""

COLOURS, EXACT, APART = 256, 32, 8
"""Each picture is drawn in this many colours at most: the most frequent ones as they are, and of the thousand at the
edges of letters only those that differ by more than this in red, green or blue, which nobody tells apart."""


def tour(client: str, theme: str, folder: Path) -> None:
    """Walk one tour on a virtual screen. Exits where it stops."""
    size = "{}x{}".format(*pictures.WINDOW)
    options = ["--practice", "--client", client, "--theme", theme, "--size", size, "--tour", str(folder / "tour")]
    with tempfile.TemporaryDirectory(prefix="scim-help-", ignore_cleanup_errors=True) as home:
        arguments = [sys.executable, "-m", "app", *options, "--data-dir", f"{home}/data"]
        if dev.on_virtual_screen(arguments, Path(home)):
            sys.exit(f"The tour of {client} stopped.")


def keep(picture: pictures.Picture, theme: str, folder: Path, out: Path) -> Path:
    """Keep the frame of that picture; returns its file. Exits where the frame is not what was expected."""
    frames = sorted((folder / "tour").glob(f"[0-9][0-9]-{picture.frame}.png"))
    image = QImage(str(frames[-1])) if frames else QImage()
    if (image.width(), image.height()) != picture.size:
        sys.exit(f"The frame {picture.frame} is missing or has another size.")
    file = out / picture.file(theme)
    if not fewer_colours(image).convertToFormat(QImage.Format.Format_RGB888).save(str(file), quality=LOSSLESS):
        sys.exit(f"{file.name} could not be written.")
    return file


def fewer_colours(image: QImage) -> QImage:
    """The picture in few colours, none of them far from its own."""
    plain = image.convertToFormat(QImage.Format.Format_RGB32)
    counted = Counter(memoryview(plain.constBits()).cast("I"))
    palette: list[bytes] = []
    for colour in (colour.to_bytes(4, "big") for colour, _times in counted.most_common()):
        if len(palette) < EXACT or all(far(colour, other) for other in palette):
            palette.append(colour)
    how = Qt.ImageConversionFlag.ThresholdDither | Qt.ImageConversionFlag.AvoidDither
    numbers = [int.from_bytes(colour, "big") for colour in palette[:COLOURS]]
    return plain.convertToFormat(QImage.Format.Format_Indexed8, numbers, how)


def far(one: bytes, other: bytes) -> bool:
    """Whether two colours can be told apart."""
    return any(abs(a - b) > APART for a, b in zip(one, other, strict=True))


def main() -> None:
    """Take all pictures anew; those of guides that are gone go too."""
    out = resources() / "help/pictures"
    out.mkdir(exist_ok=True)
    taken = set()
    for client, wanted in pictures.every([fill_guide(guide, {}) for guide in catalog.guides()]):
        for theme in pictures.THEMES:
            dev.say(f"Walking the tour of {client}, {theme}")
            with tempfile.TemporaryDirectory(prefix="scim-frames-") as scratch:
                tour(client, theme, Path(scratch))
                taken |= {keep(picture, theme, Path(scratch), out) for picture in wanted}
    for old in set(out.iterdir()) - taken:
        old.unlink()
    bytes_taken = sum(file.stat().st_size for file in taken)
    dev.say(f"{len(taken)} pictures, {bytes_taken:,} bytes")
    if bytes_taken > pictures.MOST_BYTES:
        sys.exit(f"More than {pictures.MOST_BYTES:,} bytes.")


if __name__ == "__main__":
    main()
