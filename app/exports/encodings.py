"""Recognizes the encoding of an export, by its letters if the file does not declare it.

Unicode is certain: it has a byte order mark, a zero byte beside every letter, or is valid UTF-8. Everything else is
decoded with each code page that Windows and Office use. The best decoding is the one whose letters follow each other as
they do in a language of that code page. ``resources/exports/letters.csv`` has, for each language, how rare each pair of
letters is in bits (the negative binary logarithm of its share), so that the sums of two decodings can be compared.
``packaging/letters.py`` counts them in the translations of Debian's packages. Names of groups are too few words for
detectors of whole pages: for files with four names in 23 languages these rules are always right, chardet 7.7 in 90 and
charset-normalizer 3.5 in 55 of 100.
"""

from __future__ import annotations

import codecs
import csv
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, BinaryIO, Final

from app.exports.problems import FileProblem, UnusableFileError
from app.system.paths import resources

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

CHUNK: Final = 1 << 17
"""Bytes that are read together: few enough to stay in the cache of a processor."""
SAMPLE: Final = 1 << 13
"""Bytes of lines with letters beyond ASCII that are examined."""
_START: Final = 1 << 16
"""Bytes in which control characters show that a file is not text."""


@dataclass(frozen=True, slots=True)
class CodePage:
    """An encoding without a mark."""

    label: str
    languages: tuple[str, ...]
    """Whose letters it has, as in ``letters.csv``."""
    prior: int
    """Bits against it before anything is read, since consoles and old programs are rarer sources."""


_WESTERN: Final = ("de", "fr", "es", "pt", "it", "sv", "da", "nl", "fi", "nb", "is", "ca")
_CENTRAL: Final = ("pl", "cs", "sk", "hu", "ro", "hr", "sl")

CODE_PAGES: Final[Mapping[str, CodePage]] = {
    "cp1252": CodePage("Windows-1252 (Western European)", _WESTERN, 0),
    "cp1250": CodePage("Windows-1250 (Central European)", _CENTRAL, 4),
    "cp1251": CodePage("Windows-1251 (Cyrillic)", ("ru", "uk", "bg"), 4),
    "cp1253": CodePage("Windows-1253 (Greek)", ("el",), 6),
    "cp1254": CodePage("Windows-1254 (Turkish)", ("tr",), 6),
    "cp1255": CodePage("Windows-1255 (Hebrew)", ("he",), 8),
    "cp1256": CodePage("Windows-1256 (Arabic)", ("ar",), 8),
    "cp1257": CodePage("Windows-1257 (Baltic)", ("lt", "lv", "et"), 10),
    "cp874": CodePage("Windows-874 (Thai)", ("th",), 8),
    "cp932": CodePage("Shift JIS (Japanese)", ("ja",), 4),
    "cp949": CodePage("Windows-949 (Korean)", ("ko",), 4),
    "cp936": CodePage("GBK (Simplified Chinese)", ("zh",), 4),
    "cp950": CodePage("Big5 (Traditional Chinese)", ("tw",), 5),
    "iso8859_2": CodePage("ISO 8859-2 (Central European)", _CENTRAL, 10),
    "cp850": CodePage("Code page 850 (Western European)", _WESTERN, 12),
    "cp852": CodePage("Code page 852 (Central European)", _CENTRAL, 14),
    "cp866": CodePage("Code page 866 (Cyrillic)", ("ru", "bg"), 12),
    "koi8_r": CodePage("KOI8-R (Cyrillic)", ("ru",), 14),
    "mac_roman": CodePage("Mac OS Roman", _WESTERN[:-2], 12),
}
_RARE_LANGUAGES: Final = {"nb": 1, "ca": 3, "lt": 2, "lv": 2, "et": 2, "is": 12}
"""Bits against a language that shares its letters with a much more common one."""
_IDEOGRAPHIC: Final = frozenset({"cp932", "cp949", "cp936", "cp950"})

UNICODE: Final = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "utf-32": "UTF-32",
}
CHOICES: Final = {"utf-8": "UTF-8", "utf-16": "UTF-16", **{name: page.label for name, page in CODE_PAGES.items()}}
"""What the admin may choose: Python's name and a label."""

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark begins alike
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WORKBOOKS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_CONTROL: Final = bytes({*range(0x20)} - {9, 10, 12, 13})
"""Rare in text: with more than one in a hundred bytes a file is not text."""

# Bits for anything that is not in the table.
_UNSEEN_PAIR: Final = 21
_PUNCTUATION: Final = frozenset(
    "\u2013\u2014\u2018\u2019\u201c\u201d\u201e\u2026\u20ac\xb0\u2022\xb7\xab\xbb\xb4\xa7\xbf\xa1\xba\xaa\xa0"
)
_AT_AN_EDGE: Final = 26
"""Typographic punctuation with a letter on one side."""
_ALONE: Final = 12
"""Typographic punctuation between spaces."""
_SYMBOL: Final = 40
"""Any other symbol, or punctuation between two letters."""
_CAPITAL_INSIDE: Final = 8
_TWO_SCRIPTS: Final = 12
"""An ASCII letter beside a Greek, Cyrillic or other letter in one word."""
_OTHER_SCRIPTS: Final = "\u0370"
_WORDS: Final = re.compile(r"[^\x00-\x40\x5b-\x60\x7b-\x7f]+")
"""ASCII letters and everything beyond ASCII, so that words have the same bytes in every decoding."""
_BESIDE_SMALL: Final = 14
"""An ideograph beside a lowercase Latin letter: usually two bytes that were two letters."""
_BESIDE_CAPITAL: Final = 5
_RARE: Final = 8
_NO_TEXT: Final = 23
"""Bits for each of one or two letters in a file. Beyond that they are not text in any encoding."""
_LONE: Final = 12
"""An ideograph with no other beside it."""
_SURE: Final = 8
"""Bits between the best decoding and the next from which the best one is certain."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """How the text of a file is encoded."""

    name: str
    """As Python calls it."""
    certain: bool = True
    damaged: bool = False
    """Whether some bytes do not fit, so that they are read as U+FFFD."""

    @property
    def short(self) -> str:
        """The name without its variants: ``utf-8`` with and without a mark, ``utf-16`` in both orders."""
        return {"utf-8-sig": "utf-8", "utf-16-le": "utf-16", "utf-16-be": "utf-16"}.get(self.name, self.name)

    @property
    def label(self) -> str:
        """For the admin."""
        return CHOICES.get(self.short) or UNICODE.get(self.short) or self.name

    @property
    def errors(self) -> str:
        """The argument of ``open``."""
        return "replace" if self.damaged else "strict"


def look_at(source: BinaryIO, chosen: str | None, tick: Callable[[int], None]) -> Encoding:
    """Return the encoding of a file. Reads it to its end, so that a wrong one does not show up a million rows later.

    ``chosen`` is the admin's choice. It is used even if some bytes do not fit.

    Raises:
        UnusableFileError: It is not text.
    """
    chunk = source.read(CHUNK)
    if not chunk:
        raise UnusableFileError(FileProblem.EMPTY)
    if chunk.startswith(_WORKBOOKS):
        raise UnusableFileError(FileProblem.WORKBOOK)
    mark = next((name for mark, name in _MARKS if chunk.startswith(mark)), None)
    if chosen is not None:
        same = mark is not None and Encoding(mark).short == chosen
        name = mark if same and mark is not None else _unmarked(chunk) if chosen == "utf-16" else chosen
        return Encoding(name, damaged=True)
    name = mark or _unmarked(chunk)
    wide = name.startswith(("utf-16", "utf-32"))
    start = chunk[:_START]
    if not wide and (len(start) - len(start.translate(None, _CONTROL))) * 100 > len(start):
        raise UnusableFileError(FileProblem.BINARY)
    decoder, good, done, sample = codecs.getincrementaldecoder(name)(), True, 0, bytearray()
    rest = b""
    while chunk:
        done += len(chunk)
        tick(done)
        if wide or not chunk.isascii() or decoder.getstate()[0]:
            good = good and _decodes(decoder, chunk)
            if not wide and len(sample) < SAMPLE:
                whole, _, rest = (rest + chunk).rpartition(b"\n")
                sample += _beyond_ascii(whole)
        if (wide and not good) or (not wide and b"\0" in chunk):
            raise UnusableFileError(FileProblem.BINARY)
        chunk = source.read(CHUNK)
    if good and _decodes(decoder, b"", final=True):
        return Encoding(name)
    if wide:
        raise UnusableFileError(FileProblem.BINARY)
    sample += _beyond_ascii(rest)
    if found := _from_letters(bytes(sample[:SAMPLE])):
        return found
    raise UnusableFileError(FileProblem.BINARY)


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        return "\0" not in decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False


def _unmarked(start: bytes) -> str:
    """UTF-16 without its mark has a zero byte beside every separator and line end, on one side only."""
    even, odd = start[::2].count(0), start[1::2].count(0)
    if max(even, odd) * 20 < len(start) or min(even, odd) * 8 > max(even, odd):
        return "utf-8"
    name, zero_first = ("utf-16-le", False) if odd > even else ("utf-16-be", True)
    apart = any((bytes((0, each)) if zero_first else bytes((each, 0))) in start for each in b",;|\t\r\n")
    return name if apart else "utf-8"


def _beyond_ascii(data: bytes) -> bytes:
    """The lines that are not ASCII alone, each once."""
    lines = dict.fromkeys(line for line in re.split(rb"[\r\n]+", data) if not line.isascii())
    return b"".join(line + b"\n" for line in lines)


# Letters ---------------------------------------------------------------------------


def _from_letters(sample: bytes) -> Encoding | None:
    """The likeliest encoding of these lines, or None if no code page fits."""
    if _mostly_utf8(sample):
        return Encoding("utf-8", certain=False, damaged=True)
    readings = sorted(_readings(sample))
    if not readings:
        return None
    bits, name, text = readings[0]
    ahead = next((other - bits for other, _, another in readings if another != text), _SURE)
    letters = sum(1 for character in text if not character.isascii())
    words = {word for word in _WORDS.findall(text) if not word.isascii()}
    if letters < 3 and bits > _NO_TEXT * letters and not re.search("[A-Za-z]", text):
        return None
    return Encoding(name, certain=ahead >= _SURE and len(words) > 2)


def _mostly_utf8(sample: bytes) -> bool:
    """Whether this is UTF-8 with a few bytes of another encoding."""
    text = sample.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    return broken * 10 < sum(1 for character in text if not character.isascii()) - broken


def _readings(sample: bytes) -> Iterator[tuple[int, str, str]]:
    """Every possible decoding: bits, encoding and text. One or two letters are not enough for a rare encoding."""
    few = sum(1 for byte in sample if byte > 0x7F) < 3
    for name, page in CODE_PAGES.items():
        if few and page.prior >= _RARE:
            continue
        try:
            text = sample.decode(name)
        except UnicodeDecodeError:
            continue
        kinds = {unicodedata.category(character) for character in set(text) - {"\n", "\t", "\x0c"}}
        if kinds & {"Cc", "Cn", "Co"}:
            continue
        if name in _IDEOGRAPHIC and any(each.isalpha() and not each.isascii() for each in text):
            yield page.prior + _ideographic_bits(text, name, page.languages[0]), name, text
        if name in _IDEOGRAPHIC:
            continue
        pairs, extra = _pairs(text)
        for language in page.languages:
            table = _table(language)
            bits = sum(count * table.get(pair, _UNSEEN_PAIR) for pair, count in pairs.items())
            yield page.prior + _RARE_LANGUAGES.get(language, 0) + extra + bits, name, text


def _pairs(text: str) -> tuple[Counter[str], int]:
    """How often each pair of letters occurs (``_`` is the edge of a word), and the bits of other characters.

    Words of ASCII letters alone are left out: they are the same in every decoding, and often English.
    """
    pairs: Counter[str] = Counter()
    extra = 0
    for word in _WORDS.findall(text):
        if word.isascii():
            continue
        letters = "".join(each.lower()[0] if _is_letter(each) else "_" for each in word)
        pairs.update(map("".join, pairwise(f"_{letters}_")))
        extra += _word_bits(f" {word} ")
    del pairs["__"]
    return pairs, extra


def _is_letter(character: str) -> bool:
    return character.isalpha() or unicodedata.category(character).startswith("M")


def _word_bits(word: str) -> int:
    """The bits of symbols, capitals after small letters and letters of two scripts; the word is between spaces."""
    bits = 0
    for before, character, after in zip(word, word[1:], word[2:], strict=False):
        if not character.isascii() and not _is_letter(character):
            beside = before.isalpha() + after.isalpha() - (character == "\u2019")
            bits += (_ALONE, _AT_AN_EDGE, _SYMBOL)[max(0, beside)] if character in _PUNCTUATION else _SYMBOL
        if before.isascii() and character.isascii():
            continue
        if before.islower() and character.isupper():
            bits += _CAPITAL_INSIDE
        if before.isalpha() and character.isalpha() and before.isascii() != character.isascii():
            bits += _TWO_SCRIPTS if max(before, character) >= _OTHER_SCRIPTS else 0
    return bits


def _ideographic_bits(text: str, name: str, language: str) -> int:
    """The bits of a Chinese, Japanese or Korean decoding, character by character."""
    table, latin = _table(language), _latin()
    pairs, _ = _pairs(text)
    bits = sum(count * latin.get(pair, 0) for pair, count in pairs.items() if pair.isascii())
    for before, character, after in zip(f"\n{text}", text, [*text[1:], "\n"], strict=False):
        if character.isascii():
            continue
        bits += table[character] if character in table else _unlisted_bits(character, name)
        latin_beside = [each for each in (before, after) if each.isascii() and each.isalpha()]
        bits += sum(_BESIDE_SMALL if each.islower() else _BESIDE_CAPITAL for each in latin_beside)
        if before.isascii() and after.isascii():
            bits += _LONE
    return bits


def _unlisted_bits(character: str, name: str) -> int:
    """The bits of a character that is not among the frequent ones. The standards have separate rows for rare ones."""
    if not unicodedata.category(character).startswith(("L", "N", "P", "S")):
        return 30
    data = character.encode(name)
    lead, trail = data[0], data[-1]
    if len(data) == 1:
        return 14  # half-width katakana
    if name == "cp932":
        return 18 if lead < 0x98 else 25  # JIS X 0208, level 1 ends in row 47
    if name == "cp949":
        return 16 if 0xB0 <= lead <= 0xC8 and trail >= 0xA1 else 24  # the syllables of KS X 1001
    if name == "cp936":
        return (17 if 0xB0 <= lead <= 0xD7 else 24) + (8 if trail < 0xA1 else 0)  # GB 2312, level 1
    return 17 if 0xA4 <= lead <= 0xC6 else 25  # Big5, level 1


@cache
def letter_bits() -> Mapping[str, Mapping[str, int]]:
    """Language → pair of letters, or one ideograph, → bits."""
    tables: dict[str, dict[str, int]] = {}
    alphabet = "_abcdefghijklmnopqrstuvwxyz"
    ascii_pairs = [first + second for first in alphabet for second in alphabet]
    single = {language for name in _IDEOGRAPHIC for language in CODE_PAGES[name].languages}
    with (resources() / "exports/letters.csv").open(encoding="utf-8", newline="") as file:
        for language, bits, text in csv.reader(file):
            table = tables.setdefault(language, {})
            if bits == "ascii":
                table.update(zip(ascii_pairs, (int(digit, 36) for digit in text), strict=True))
            elif bits.isdecimal():
                width = 1 if language in single else 2
                table.update((text[at : at + width], int(bits)) for at in range(0, len(text), width))
    return tables


@cache
def _table(language: str) -> Mapping[str, int]:
    """The pairs of a language. One with another script also has Latin words in its names."""
    own = letter_bits()[language]
    return own if "_a" in own else {**_latin(), **own}


@cache
def _latin() -> Mapping[str, int]:
    """Each pair of ASCII letters with its lowest bits in four large languages."""
    found: dict[str, int] = {}
    for language in ("de", "fr", "es", "pl"):
        for pair, bits in _ascii(letter_bits()[language].items()):
            found[pair] = min(bits, found.get(pair, bits))
    return found


def _ascii(pairs: Iterable[tuple[str, int]]) -> Iterator[tuple[str, int]]:
    return ((pair, bits) for pair, bits in pairs if pair.isascii())
