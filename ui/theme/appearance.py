"""What the desktop asks of every program's look: high contrast, and less motion.

Qt reports both on Windows, macOS and GNOME. Qt 6.12 from PyPI doesn't on KDE and sway, so on Linux the settings portal
is read directly too. Sources: documentation of ``org.freedesktop.portal.Settings``, versions 1 and 2; the GSettings
schemas of GNOME, which GNOME's portal also offers.
"""

from __future__ import annotations

import sys
from typing import Any, Final, cast

from PySide6.QtCore import SLOT, QObject, Signal, Slot
from PySide6.QtWidgets import QApplication

_NAME: Final = "org.freedesktop.portal.Desktop"
_PATH: Final = "/org/freedesktop/portal/desktop"
_INTERFACE: Final = "org.freedesktop.portal.Settings"
_CONTRAST: Final = {
    ("org.freedesktop.appearance", "contrast"): 1,
    ("org.gnome.desktop.a11y.interface", "high-contrast"): 1,
}
_MOTION: Final = {
    ("org.freedesktop.appearance", "reduced-motion"): 1,
    ("org.gnome.desktop.interface", "enable-animations"): 0,
}
"""Namespace and key of a setting, and the value that asks for it; a Boolean counts as 0 or 1."""


class Appearance(QObject):
    """Follows the desktop's settings as long as the application runs.

    Signals:
        changed: Something else is asked for.
    """

    changed = Signal()

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._settings = {key: _Setting(key, self) for key in (*_CONTRAST, *_MOTION)}
        self._hints = app.styleHints()
        # Both kept: PySide 6.12 invalidates the hints once nothing in Python refers to their owner.
        self._qt = self._hints.accessibility() if hasattr(self._hints, "accessibility") else None  # since Qt 6.10
        if self._qt is not None:
            self._qt.contrastPreferenceChanged.connect(self.changed)

    def ask(self) -> None:
        """Ask the portal, without waiting for the answers. Does nothing where there is no session bus."""
        if sys.platform != "linux":
            return
        from PySide6.QtDBus import QDBusConnection

        bus = QDBusConnection.sessionBus()
        if bus.isConnected():
            for setting in self._settings.values():
                setting.ask(bus)

    @property
    def high_contrast(self) -> bool:
        """Whether high contrast is asked for."""
        from PySide6.QtCore import Qt

        wanted = self._qt is not None and self._qt.contrastPreference() is Qt.ContrastPreference.HighContrast
        return wanted or self._asked(_CONTRAST)

    @property
    def less_motion(self) -> bool:
        """Whether less motion is asked for."""
        from PySide6.QtCore import Qt

        preference = getattr(self._qt, "motionPreference", None)  # since Qt 6.11
        wanted = preference is not None and preference() is Qt.MotionPreference.ReducedMotion
        return wanted or self._asked(_MOTION)

    def _asked(self, keys: dict[tuple[str, str], int]) -> bool:
        return any(self._settings[key].value == wanted for key, wanted in keys.items())


class _Setting(QObject):
    """One setting of the portal."""

    def __init__(self, key: tuple[str, str], appearance: Appearance) -> None:
        super().__init__(appearance)
        self._appearance = appearance
        self._key = key
        self.value: int | None = None

    def ask(self, bus: Any) -> None:
        from PySide6.QtDBus import QDBusMessage

        changed = _slot("_on_changed(QString,QString,QDBusVariant)")
        bus.connect(_NAME, _PATH, _INTERFACE, "SettingChanged", self, changed)
        asked = QDBusMessage.createMethodCall(_NAME, _PATH, _INTERFACE, "Read")
        asked.setArguments(list(self._key))
        bus.callWithCallback(asked, self, _slot("_on_value(QDBusVariant)"), _slot("_on_error()"))

    @Slot(str, str, "QDBusVariant")
    def _on_changed(self, namespace: str, key: str, value: Any) -> None:
        if (namespace, key) == self._key:
            self._on_value(value)

    @Slot("QDBusVariant")
    def _on_value(self, value: Any) -> None:
        while hasattr(value, "variant"):  # Read wraps a value twice
            value = value.variant()
        if isinstance(value, int) and value != self.value:
            self.value = value
            self._appearance.changed.emit()

    @Slot()
    def _on_error(self) -> None:
        """Ignore that there is no portal, or no such setting."""


def _slot(signature: str) -> bytes:
    # The stubs of QtDBus require bytes, the library itself text.
    return cast("bytes", SLOT(signature))


def reduces_motion() -> bool:
    """Return whether the desktop asks for less motion."""
    app = QApplication.instance()
    appearance = app.findChild(Appearance) if app is not None else None
    return appearance is not None and appearance.less_motion
