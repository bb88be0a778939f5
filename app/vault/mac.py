"""The login keychain of macOS, through the library keyring; not yet run there.

The library replaces an item by deleting it first, which ``SlottedBackend`` meets. macOS asks the admin for each item
that another program made, a former version of this one too, so all secrets of a setup are one item.
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
"""Bytes of a service name that is read; ours are shorter."""

_MEANINGS: Mapping[object, VaultStatus] = MappingProxyType(
    {
        -128: VaultStatus.DENIED,  # errSecUserCanceled
        -25308: VaultStatus.LOCKED,  # errSecInteractionNotAllowed
        -25293: VaultStatus.UNTRUSTED,  # errSecAuthFailed
        -67030: VaultStatus.UNTRUSTED,  # errSecCSInfoPlistFailed
    }
)


def store() -> Documents | None:
    """The secrets of this user; None where the library says that it cannot. Raises ImportError or RuntimeError."""
    kind = _library().Keyring
    return Documents(SlottedBackend(kind(), _services)) if kind.priority > 0 else None


class Documents:
    """Secrets by service and user name; those of a setup are one document, named like it.

    What is seen without a prompt is that a document is there, not what is in it: its service ends in ``/``, and
    deleting that removes the whole.
    """

    def __init__(self, slots: SlottedBackend) -> None:
        self._slots = slots

    def get_password(self, service: str, username: str) -> str | None:
        """The secret, or None. Raises VaultError, or what the library raises."""
        document, entry = _address(service)
        with _meant():
            return self._read(document, username).get(entry)

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep the secret. Raises VaultError, or what the library raises."""
        document, entry = _address(service)
        with _meant(), self._slots.turn(document):
            self._slots.set_password(document, username, _text({**self._legible(document, username), entry: password}))

    def delete_password(self, service: str, username: str) -> None:
        """Remove the secret, with the document where it was the last. Raises VaultError, or what the library raises."""
        document, entry = _address(service)
        with _meant(), self._slots.turn(document):
            before = {} if entry == "" else self._legible(document, username)
            after = {name: value for name, value in before.items() if name != entry}
            if not after:
                self._slots.delete_password(document, username)
                return
            if after != before:
                self._slots.set_password(document, username, _text(after))
            self._slots.settle(document, username)  # what was replaced still has the secret

    def services(self, username: str) -> frozenset[str]:
        """The documents. Raises VaultError, or what the library raises."""
        with _meant():
            return frozenset(f"{document}/" for document in self._slots.services(username))

    def _read(self, document: str, username: str) -> dict[str, str]:
        text = self._slots.get_password(document, username)
        return {} if text is None else dict(json.loads(text))

    def _legible(self, document: str, username: str) -> dict[str, str]:
        """What a change starts from: nothing, where nothing can be made of what is there."""
        try:
            return self._read(document, username)
        except VaultError as fault:
            if fault.status is not VaultStatus.ALTERED:
                raise
            return {}


def _address(service: str) -> tuple[str, str]:
    document, _, entry = service.rpartition("/")
    return document, entry


def _text(entries: Mapping[str, str]) -> str:
    return json.dumps(entries, ensure_ascii=False, sort_keys=True)


@contextmanager
def _meant() -> Iterator[None]:
    """Turn what the library raises into what macOS meant by it, where that has a sentence of its own."""
    try:
        yield
    except VaultError:
        raise
    except Exception as error:
        cause = error.__cause__ or error
        status = _MEANINGS.get(cause.args[0]) if cause.args else None
        if status is None:
            raise
        raise VaultError(status) from None


def _services(prefix: str, username: str) -> frozenset[str]:
    """The services of our items that begin so: their attributes only, which macOS shows without asking."""
    api, core = _library().api, _core()
    found = ctypes.c_void_p()
    query = api.create_query(
        kSecClass=api.k_("kSecClassGenericPassword"),
        kSecMatchLimit=api.k_("kSecMatchLimitAll"),
        kSecAttrAccount=username,
        kSecReturnAttributes=ctypes.c_void_p.in_dll(core, "kCFBooleanTrue"),
    )
    status = api.SecItemCopyMatching(query, ctypes.byref(found))
    if status == api.error.item_not_found:
        return frozenset()
    api.Error.raise_for_status(status)
    try:
        items = (core.CFArrayGetValueAtIndex(found, place) for place in range(core.CFArrayGetCount(found)))
        services = [_string(core, core.CFDictionaryGetValue(item, api.k_("kSecAttrService"))) for item in items]
    finally:
        core.CFRelease(found)
    return frozenset(service for service in services if service.startswith(prefix or APP_ID))


def _library() -> Any:
    # By name: what it needs of macOS is not there where this is type-checked.
    return importlib.import_module("keyring.backends.macOS")


def _core() -> Any:
    core = ctypes.CDLL(ctypes.util.find_library("CoreFoundation"))
    core.CFArrayGetCount.restype = ctypes.c_long
    core.CFArrayGetCount.argtypes = (ctypes.c_void_p,)
    core.CFArrayGetValueAtIndex.restype = ctypes.c_void_p
    core.CFArrayGetValueAtIndex.argtypes = (ctypes.c_void_p, ctypes.c_long)
    core.CFDictionaryGetValue.restype = ctypes.c_void_p
    core.CFDictionaryGetValue.argtypes = (ctypes.c_void_p, ctypes.c_void_p)
    core.CFStringGetCString.restype = ctypes.c_bool
    core.CFStringGetCString.argtypes = (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_long, ctypes.c_uint32)
    core.CFRelease.restype = None
    core.CFRelease.argtypes = (ctypes.c_void_p,)
    return core


def _string(core: Any, reference: int | None) -> str:
    """A string of macOS; empty where there is none, or where it is too long to be ours."""
    buffer = ctypes.create_string_buffer(_LONGEST)
    if reference is None or not core.CFStringGetCString(reference, buffer, _LONGEST, _UTF8):
        return ""
    return buffer.value.decode()
