"""Independent readers of what builders make, written from the standards."""

from __future__ import annotations

import re
import string


def read_dn(dn: str) -> list[tuple[str, str]]:
    """RFC 4514 section 3, character by character; an unescaped special character is an error."""
    parts: list[tuple[str, str]] = []
    kind, value, rest = "", bytearray(), iter(dn + ",")
    in_value, unescaped = False, True
    for sign in rest:
        if not in_value:
            in_value = sign == "="
            kind += "" if in_value else sign
            assert in_value or sign in string.ascii_letters + string.digits + "-."
            continue
        if sign == "\\":
            escaped = next(rest)
            if escaped in string.hexdigits:
                value.append(int(escaped + next(rest), 16))
            else:
                assert escaped in ' "#+,;<=>\\'
                value.extend(escaped.encode())
            unescaped = False
        elif sign == ",":
            assert value, "an attribute without a value"
            assert not (unescaped and value.endswith(b" "))
            parts.append((kind, value.decode()))
            kind, value, in_value, unescaped = "", bytearray(), False, True
        else:
            assert sign not in '"+;<>\0'
            assert value or sign not in " #"
            value.extend(sign.encode())
            unescaped = True
    assert not kind
    return parts


Item = tuple[str, str, str]
Tree = tuple[str, list["Tree"]] | Item
"""An operator with what it joins, or one comparison: attribute, rule, value."""


def joined(text: str) -> tuple[str, Item]:
    """A filter that joins others, the last of them a comparison: its operator, and that one."""
    tree = read_filter(text)
    assert len(tree) == 2
    last = tree[1][-1]
    assert len(last) == 3
    return tree[0], last


def read_filter(text: str) -> Tree:
    """RFC 4515 section 3: and, or, and items; a value keeps ``*`` as None of its business."""
    tree, rest = _read_filter(text)
    assert rest == ""
    return tree


def _read_filter(text: str) -> tuple[Tree, str]:
    assert text[0] == "("
    if text[1] in "&|":
        inner, rest = [], text[2:]
        while rest[0] == "(":
            one, rest = _read_filter(rest)
            inner.append(one)
        assert rest[0] == ")"
        return (text[1], inner), rest[1:]
    item = re.match(r"\(([A-Za-z0-9.;-]+)(:[0-9.]+:)?=([^()]*)\)", text, re.DOTALL)
    assert item, text
    return (item[1], item[2] or "", item[3]), text[item.end() :]


def unescape_filter(value: str) -> str:
    """An assertion value: only ``\\xx`` may follow a backslash, and no bare star, bracket or NUL is there."""
    assert not set(value) & set("*()\0")
    assert len(re.findall(r"\\[0-9a-fA-F]{2}", value)) == value.count("\\")
    return re.sub(r"\\([0-9a-fA-F]{2})", lambda code: chr(int(code[1], 16)), value)


def luhn_ok(imei: str) -> bool:
    """TS 23.003 annex B.2, as its steps are written there."""
    digits = [int(digit) for digit in imei[:14]]
    doubled = sum(sum(map(int, str(2 * digit))) for digit in digits[1::2])
    return (10 - (doubled + sum(digits[::2])) % 10) % 10 == int(imei[14])
