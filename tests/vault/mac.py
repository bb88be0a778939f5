"""The macOS functions that the ``keyring`` library calls, in memory, as Apple documents them.

References to Core Foundation objects are numbers here. Releasing one twice, or one that never existed, is an error.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import itertools
import platform
import sys
import threading
from typing import TYPE_CHECKING, Any

from tests.vault.fakes import Calls

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

NOT_FOUND = -25300
DUPLICATE = -25299
NOT_AVAILABLE = -25291
CANCELLED = -128
INTERACTION_NOT_ALLOWED = -25308
AUTH_FAILED = -25293
SIGNATURE_MODIFIED = -67030

_PLAIN = ctypes.c_void_p


class _Function:
    """A function whose types can be declared."""

    def __init__(self, act: Callable[..., Any]) -> None:
        self._act = act

    def __call__(self, *arguments: Any) -> Any:
        return self._act(*arguments)


class Keychain:
    """The login keychain of a user, with the library that serves it."""

    platform = "darwin"

    def __init__(self) -> None:
        self.calls = Calls()
        self.held: dict[tuple[str, str], bytes] = {}
        """By service and account."""
        self.ever: set[str] = set()
        self.prompted, self.answered = threading.Event(), threading.Event()
        """An item is about to be added, and the admin allows it: at once, unless a test clears ``answered``."""
        self.answered.set()
        self._objects: dict[int, Any] = {}
        self._numbers = itertools.count(1000)
        self._names: dict[str, int] = {}
        self._bytes: dict[int, ctypes.Array[ctypes.c_char]] = {}

    def texts(self) -> dict[str, str]:
        return {service: text.decode() for (service, _), text in self.held.items()}

    def install(self, patch: pytest.MonkeyPatch) -> None:
        keychain = self

        class Reference(_PLAIN):
            @classmethod
            def in_dll(cls, library: object, name: str) -> Reference:
                assert library is keychain
                return cls(keychain.constant(name))

        patch.setattr(ctypes, "CDLL", lambda _: self)
        patch.setattr(ctypes, "c_void_p", Reference)
        patch.setattr(ctypes.util, "find_library", lambda name: name)
        patch.setattr(platform, "system", lambda: "Darwin")
        for name in ("keyring.backends.macOS", "keyring.backends.macOS.api"):
            patch.setitem(sys.modules, name, None)
            del sys.modules[name]

    kCFTypeDictionaryKeyCallBacks = kCFTypeDictionaryValueCallBacks = None  # noqa: N815

    def __getattr__(self, name: str) -> _Function:
        if not name.startswith(("CF", "Sec")):
            raise AttributeError(name)
        function = _Function(getattr(self, f"_{name}"))
        setattr(self, name, function)
        return function

    # -- Core Foundation -----------------------------------------------------------------

    def constant(self, name: str) -> int:
        if name not in self._names:
            self._names[name] = self._new(name)
        return self._names[name]

    def _new(self, what: Any) -> int:
        number = next(self._numbers)
        self._objects[number] = what
        return number

    def _object(self, reference: Any) -> Any:
        return self._objects[getattr(reference, "value", reference)]

    def _CFDictionaryCreate(self, _: None, keys: Any, values: Any, count: int, *_callbacks: None) -> int:  # noqa: N802
        return self._new({self._object(keys[n]): values[n].value for n in range(count)})

    def _CFStringCreateWithCString(self, _: None, text: bytes, encoding: int) -> int:  # noqa: N802
        assert encoding == 0x08000100
        return self._new(text)

    def _CFNumberCreate(self, _: None, _kind: int, value: Any) -> int:  # noqa: N802
        return self._new(bool(value._obj.value))

    def _CFDataGetLength(self, data: Any) -> int:  # noqa: N802
        return len(self._object(data))

    def _CFDataGetBytePtr(self, data: Any) -> int:  # noqa: N802
        buffer = ctypes.create_string_buffer(self._object(data))
        self._bytes[data.value] = buffer
        return ctypes.addressof(buffer)

    def _CFArrayGetCount(self, array: Any) -> int:  # noqa: N802
        return len(self._object(array))

    def _CFArrayGetValueAtIndex(self, array: Any, place: int) -> int:  # noqa: N802
        return int(self._object(array)[place])

    def _CFDictionaryGetValue(self, dictionary: Any, key: Any) -> int | None:  # noqa: N802
        found: int | None = self._object(dictionary).get(self._object(key))
        return found

    def _CFStringGetCString(self, text: Any, buffer: Any, size: int, encoding: int) -> bool:  # noqa: N802
        assert encoding == 0x08000100
        if len(self._object(text)) >= size:
            return False
        buffer.value = self._object(text)
        return True

    def _CFRelease(self, reference: Any) -> None:  # noqa: N802
        del self._objects[reference.value]

    # -- Security ------------------------------------------------------------------------

    def _query(self, reference: Any) -> dict[str, Any]:
        query = {name: self._objects[value] for name, value in self._object(reference).items()}
        assert query["kSecClass"] == "kSecClassGenericPassword"
        return query

    def _matching(self, query: dict[str, Any]) -> list[tuple[str, str]]:
        wanted = {name: query[name].decode() for name in ("kSecAttrService", "kSecAttrAccount") if name in query}
        keys = [dict(zip(("kSecAttrService", "kSecAttrAccount"), key, strict=True)) for key in self.held]
        return [(key["kSecAttrService"], key["kSecAttrAccount"]) for key in keys if wanted.items() <= key.items()]

    def _SecItemAdd(self, reference: Any, result: None) -> int:  # noqa: N802
        assert result is None
        self.prompted.set()
        self.answered.wait(20)
        if self.calls.enter():
            return NOT_AVAILABLE
        if status := self.calls.answers.get("SecItemAdd"):
            return status
        query = self._query(reference)
        if self._matching(query):
            return DUPLICATE
        service = query["kSecAttrService"].decode()
        self.held[service, query["kSecAttrAccount"].decode()] = query["kSecValueData"]
        self.ever.add(service)
        return 0

    def _SecItemDelete(self, reference: Any) -> int:  # noqa: N802
        if self.calls.enter():
            return NOT_AVAILABLE
        found = self._matching(self._query(reference))
        if not found:
            return NOT_FOUND
        if status := self.calls.answers.get("SecItemDelete"):
            return status
        for key in found:
            del self.held[key]
        return 0

    def _SecItemCopyMatching(self, reference: Any, result: Any) -> int:  # noqa: N802
        if self.calls.enter():
            return NOT_AVAILABLE
        query = self._query(reference)
        found = self._matching(query)
        if not found:
            return NOT_FOUND
        if query["kSecMatchLimit"] == "kSecMatchLimitAll":
            # Attributes are not secret: macOS returns them without a prompt.
            assert query["kSecReturnAttributes"] == "kCFBooleanTrue"
            assert "kSecReturnData" not in query
            result._obj.value = self._new([self._attributes(*key) for key in found])
            return 0
        if status := self.calls.answers.get("SecItemCopyMatching"):
            return status
        assert query["kSecReturnData"] is True
        result._obj.value = self._new(self.held[found[0]])
        return 0

    def _attributes(self, service: str, account: str) -> int:
        attributes = {"kSecAttrService": self._new(service.encode()), "kSecAttrAccount": self._new(account.encode())}
        return self._new(attributes)
