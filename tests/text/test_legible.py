"""Untrusted text is safe wherever it is shown: from certificates, setup files and guides."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import ssl
import unicodedata
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st

from app import net
from app.diagnosis.findings import sentence
from app.guide import guide_file
from app.scim.connection_test import Check, Verdict, run
from app.scim.details import CertificateDetails
from app.scim.endpoint import Endpoint
from app.scim.tokens import StaticToken, TokenSource
from app.setup.document import encode
from app.setup.state import Setup
from app.setup.store import Store
from app.system.paths import resources
from app.text.legible import is_invisible, legible
from tests.hostile.server import TOKEN, Hostile, listing, says
from tests.support.probes import LOOKUP
from ui.home.setups import SetupList
from ui.widgets.buttons import IconButton

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

NASTY = "Ev\u202eil\u200b\x1b[2J\r\nCA\u2066\x00\ufeff\u3164\x7f\u2028\U000e0041"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("Contoso GmbH & Co. KG", "Contoso GmbH & Co. KG"),
        ("株式会社 Ελληνικά Ünïcode \u2764\ufe0f", "株式会社 Ελληνικά Ünïcode \u2764\ufe0f"),
        ("a\nb\tc\r", "a[U+000A]b[U+0009]c[U+000D]"),
        ("\u202eabc\u202c", "[U+202E]abc[U+202C]"),
        ("a\u200bb\u2060c\u00add\ufeff", "a[U+200B]b[U+2060]c[U+00AD]d[U+FEFF]"),
        ("\x1b[31mred\x9b0m", "[U+001B][31mred[U+009B]0m"),
        ("\ud800", "[U+D800]"),
        ("\U000e0041", "[U+E0041]"),
        ("\u3164", "[U+3164]"),
    ],
)
def test_invisible_characters_are_shown_as_their_codes(text: str, shown: str) -> None:
    assert legible(text) == shown


@given(st.text(st.characters(), max_size=40))
def test_nothing_invisible_is_left_and_nothing_visible_is_changed(text: str) -> None:
    shown = legible(text)
    assert not any(is_invisible(char) for char in shown)
    assert not {unicodedata.category(char) for char in shown} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert legible(shown) == shown
    assert re.sub(r"\[U\+[0-9A-F]{4,6}\]", "", shown) == "".join(char for char in text if not is_invisible(char))
    shown.encode()


@pytest.mark.parametrize("length", [79, 80, 81, 5000])
def test_a_long_text_is_cut(length: int) -> None:
    shown = legible("x" * length, 80)
    assert len(shown) == min(length, 80)
    assert shown.endswith("\u2026") == (length > 80)


def test_the_issuer_of_a_certificate_is_legible(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    net.prepare()
    authority = trustme.CA(organization_name=NASTY.replace("\x00", "") + "<b>" + "long" * 40)
    file = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(file))
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(tls)
    with Hostile(says(listing()), tls) as server:
        tokens = TokenSource(StaticToken(TOKEN), practice=False)
        run_checks = run(Endpoint(server.base_url, practice=False), tokens, LOOKUP, proxy_for=lambda _: None)
        found = {finding.check: finding for finding in asyncio.run(run_checks)}
    finding = found[Check.CERTIFICATE]
    assert finding.verdict is Verdict.PASSED
    assert isinstance(finding.details, CertificateDetails)
    issuer = finding.details.issuer
    assert issuer.startswith("Ev[U+202E]il[U+200B][U+001B][2J[U+000D][U+000A]CA")
    assert len(issuer) == 80
    assert issuer in sentence(finding)


def stored(data_dir: Path, **changes: object) -> Store:
    """Return a store with one setup whose file was edited."""
    now = datetime(2026, 11, 24, 12, tzinfo=UTC)
    setup = Setup(id="0" * 32, guide="entra", client="Entra", name="Example", created=now, changed=now)
    store = Store(data_dir)
    store.save(setup)
    path = data_dir / "setups" / f"{setup.id}.json"
    path.write_text(json.dumps({**json.loads(encode(setup)), **changes}))
    return store


SUMMARY = {"status": "in-progress", "wait": None, "number": 1, "total": 9}


def test_a_setups_file_is_legible(tmp_path: Path) -> None:
    store = stored(tmp_path, name=NASTY, client=NASTY, summary={**SUMMARY, "title": NASTY}, values={"tenant_id": NASTY})
    (setup,) = store.list().setups
    for text in (setup.name, setup.client, setup.summary.title, setup.values["tenant_id"]):
        assert text == legible(NASTY)


@pytest.mark.qt_log_ignore("propagateSizeHints")
@pytest.mark.usefixtures("qapp")
def test_markup_in_a_setups_file_is_shown_as_plain_text(tmp_path: Path, qtbot: QtBot) -> None:
    name = '<img src="file:///etc/passwd"><b>bold</b>'
    store = stored(tmp_path, name=name)
    store.save(store.list().setups[0])  # the backup, which is opened once the file is damaged
    (tmp_path / "setups" / f"{'0' * 32}.json").write_text("{")
    listing_ = store.list()
    assert name in listing_.troubles[0].sentence
    page = SetupList()
    qtbot.addWidget(page)
    page.show_setups(listing_.setups, listing_.troubles, datetime.now(UTC), without_keyring="", offer_practice=True)
    from PySide6.QtCore import Qt
    from PySide6.QtWidgets import QLabel, QMessageBox

    for each in page.findChildren(QLabel):
        assert "<img" not in each.text() or each.textFormat() is Qt.TextFormat.PlainText
    bin_ = next(each for each in page.findChildren(IconButton) if "Delete" in each.accessibleName())
    assert "<img" not in bin_.toolTip()
    assert "&lt;img" in bin_.toolTip()
    bin_.click()
    (box,) = page.findChildren(QMessageBox)
    assert name in box.text()
    assert box.textFormat() is Qt.TextFormat.PlainText
    box.close()


@pytest.mark.parametrize("char", ["\u202e", "\u200b", "\ufeff", "\u3164", "\U000e0041"])
def test_a_guide_with_an_invisible_character_is_refused(tmp_path: Path, char: str) -> None:
    path = shutil.copytree(resources() / "guides", tmp_path / "guides") / "entra.yaml"
    text = path.read_text("utf-8")
    assert guide_file.read(path)
    path.write_text(text.replace("Tenant ID", f"Tenant{char} ID"), "utf-8")
    with pytest.raises(ValueError, match=f"U\\+{ord(char):04X}"):
        guide_file.read(path)
