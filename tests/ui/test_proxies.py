"""The platform's proxy settings. Not yet tested on Windows and macOS; these tests use Qt's own answer."""

from __future__ import annotations

import sys

import pytest

from ui.desktop import proxies

URL = "https://cie.example:443/"
NAMES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def test_qt_answers_for_the_platform(monkeypatch: pytest.MonkeyPatch) -> None:
    assert proxies.asked_of_qt("cie.example") is None
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:3128")
    assert proxies.asked_of_qt("cie.example") == "http://127.0.0.1:3128"
    monkeypatch.setenv("no_proxy", "cie.example")
    assert proxies.asked_of_qt("cie.example") is None


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_the_platform_is_asked_once_and_the_environment_comes_first(
    monkeypatch: pytest.MonkeyPatch, platform: str
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(proxies, "system_proxy", lambda _url: None)

    def answers(host: str) -> str:
        asked.append(host)
        return "http://pac.example:8080"

    monkeypatch.setattr(proxies, "asked_of_qt", answers)
    host = f"cie-on-{platform}.example"  # an answer is kept
    assert proxies.platform_proxy(f"https://{host}/") == "http://pac.example:8080"
    assert proxies.platform_proxy(f"https://{host}/") == "http://pac.example:8080"
    assert asked == [host]
    assert proxies.platform_proxy("http://127.0.0.1:8080/") is None
    monkeypatch.setattr(proxies, "system_proxy", lambda _url: "http://env.example:1")
    monkeypatch.setenv("https_proxy", "http://env.example:1")
    assert proxies.platform_proxy(f"https://{host}/") == "http://env.example:1"
    assert asked == [host]


def test_on_linux_qt_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proxies, "asked_of_qt", lambda _host: pytest.fail("asked"))
    monkeypatch.setattr(sys, "platform", "linux")
    assert proxies.platform_proxy(URL) is None
