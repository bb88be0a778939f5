"""The macOS login keychain through the ``keyring`` library. Not yet run on macOS.

The library replaces an item by deleting it first; ``SlottedBackend`` makes that safe. macOS prompts for each item that
another program created, including an earlier version of this one, so all secrets of a setup are kept in one item.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import importlib
import json
from contextlib import contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from app.system.paths import APP_ID
from app.vault.outcome import VaultError, VaultStatus
from app.vault.slots import SlottedBackend

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_UTF8 = 0x08000100
"""kCFStringEncodingUTF8."""
_LONGEST = 1024
"""The longest service name that is read, in bytes; ours are shorter."""

_STATUS_BY_CODE: Mapping[object, VaultStatus] = MappingProxyType(
    {
        -128: VaultStatus.DENIED,  # errSecUserCanceled
        -25308: VaultStatus.LOCKED,  # errSecInteractionNotAllowed
        -25293: VaultStatus.UNTRUSTED,  # errSecAuthFailed
        -67030: VaultStatus.UNTRUSTED,  # errSecCSInfoPlistFailed
    }
)


def open_backend() -> SetupDocuments | None:
    """Return the secrets of this user, or None if the library is not usable. Raises ImportError or RuntimeError."""
    kind = _library().Keyring
    return SetupDocuments(SlottedBackend(kind(), _services)) if kind.priority > 0 else None


class SetupDocuments:
    """Secrets by service and user name, with all secrets of a setup in one document that is named like the setup.

    Without a prompt, macOS shows that a document exists but not its content. ``services`` therefore returns a name that
    ends in ``/``, and deleting that name removes the whole document.
    """

    def __init__(self, slots: SlottedBackend) -> None:
        self._slots = slots

    def get_password(self, service: str, username: str) -> str | None:
        """Return the secret, or None. Raises VaultError, or what the library raises."""
        document, entry = _split_service(service)
        with _translated_errors():
            return self._read(document, username).get(entry)

    def set_password(self, service: str, username: str, password: str) -> None:
        """Store the secret. Raises VaultError, or what the library raises."""
        document, entry = _split_service(service)
        with _translated_errors(), self._slots.lock(document):
            self._slots.set_password(
                document, username, _to_json({**self._read_or_empty(document, username), entry: password})
            )

    def delete_password(self, service: str, username: str) -> None:
        """Remove the secret, and its document if it was the last one. Raises VaultError, or what the library raises."""
        document, entry = _split_service(service)
        with _translated_errors(), self._slots.lock(document):
            before = {} if entry == "" else self._read_or_empty(document, username)
            after = {name: value for name, value in before.items() if name != entry}
            if not after:
                self._slots.delete_password(document, username)
                return
            if after != before:
                self._slots.set_password(document, username, _to_json(after))
            self._slots.remove_replaced(document, username)  # the replaced version still contains the secret

    def services(self, username: str) -> frozenset[str]:
        """Return the documents. Raises VaultError, or what the library raises."""
        with _translated_errors():
            return frozenset(f"{document}/" for document in self._slots.services(username))

    def _read(self, document: str, username: str) -> dict[str, str]:
        text = self._slots.get_password(document, username)
        return {} if text is None else dict(json.loads(text))

    def _read_or_empty(self, document: str, username: str) -> dict[str, str]:
        """Return the document's content, or an empty dict if it is damaged, so that it can be replaced."""
        try:
            return self._read(document, username)
        except VaultError as fault:
            if fault.status is not VaultStatus.ALTERED:
                raise
            return {}


def _split_service(service: str) -> tuple[str, str]:
    document, _, entry = service.rpartition("/")
    return document, entry


def _to_json(entries: Mapping[str, str]) -> str:
    return json.dumps(entries, ensure_ascii=False, sort_keys=True)


@contextmanager
def _translated_errors() -> Iterator[None]:
    """Replace the library's exceptions with a VaultError wherever macOS's error code has a sentence of its own."""
    try:
        yield
    except VaultError:
        raise
    except Exception as error:
        cause = error.__cause__ or error
        status = _STATUS_BY_CODE.get(cause.args[0]) if cause.args else None
        if status is None:
            raise
        raise VaultError(status) from None


def _services(prefix: str, username: str) -> frozenset[str]:
    """List our services that start with the prefix. Reads attributes only, which macOS shows without a prompt."""
    api, foundation = _library().api, _core_foundation()
    found = ctypes.c_void_p()
    query = api.create_query(
        kSecClass=api.k_("kSecClassGenericPassword"),
        kSecMatchLimit=api.k_("kSecMatchLimitAll"),
        kSecAttrAccount=username,
        kSecReturnAttributes=ctypes.c_void_p.in_dll(foundation, "kCFBooleanTrue"),
    )
    status = api.SecItemCopyMatching(query, ctypes.byref(found))
    if status == api.error.item_not_found:
        return frozenset()
    api.Error.raise_for_status(status)
    try:
        items = (foundation.CFArrayGetValueAtIndex(found, index) for index in range(foundation.CFArrayGetCount(found)))
        services = [
            _string(foundation, foundation.CFDictionaryGetValue(item, api.k_("kSecAttrService"))) for item in items
        ]
    finally:
        foundation.CFRelease(found)
    return frozenset(service for service in services if service.startswith(prefix or APP_ID))


def _library() -> Any:
    # Imported by name: the macOS modules that it needs are missing where types are checked.
    return importlib.import_module("keyring.backends.macOS")


def _core_foundation() -> Any:
    foundation = ctypes.CDLL(ctypes.util.find_library("CoreFoundation"))
    foundation.CFArrayGetCount.restype = ctypes.c_long
    foundation.CFArrayGetCount.argtypes = (ctypes.c_void_p,)
    foundation.CFArrayGetValueAtIndex.restype = ctypes.c_void_p
    foundation.CFArrayGetValueAtIndex.argtypes = (ctypes.c_void_p, ctypes.c_long)
    foundation.CFDictionaryGetValue.restype = ctypes.c_void_p
    foundation.CFDictionaryGetValue.argtypes = (ctypes.c_void_p, ctypes.c_void_p)
    foundation.CFStringGetCString.restype = ctypes.c_bool
    foundation.CFStringGetCString.argtypes = (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_long, ctypes.c_uint32)
    foundation.CFRelease.restype = None
    foundation.CFRelease.argtypes = (ctypes.c_void_p,)
    return foundation


def _string(foundation: Any, reference: int | None) -> str:
    """Return the string, or "" if there is none or it is too long to be ours."""
    buffer = ctypes.create_string_buffer(_LONGEST)
    if reference is None or not foundation.CFStringGetCString(reference, buffer, _LONGEST, _UTF8):
        return ""
    return buffer.value.decode()
