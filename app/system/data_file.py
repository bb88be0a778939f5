"""Reads the program's own YAML files and reports the file, line and key of an error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from yaml import Node

_MERGE = "tag:yaml.org,2002:merge"


class DataFileError(ValueError):
    """A data file cannot be used. The message names the file and, where known, the line and the key."""


def load(path: Path) -> Any:
    """Return the content of a YAML file as plain Python values.

    A key that occurs twice in a mapping is an error; YAML itself would silently keep the last one.

    Raises:
        OSError: The file cannot be read.
        DataFileError: It is not UTF-8, not valid YAML, repeats a key, or a value contains itself.
    """
    import yaml

    # libyaml's safe loader, if it was compiled in: ten times as fast and equally safe.
    make: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        loader = make(path.read_bytes().decode("utf-8"))
        node = loader.get_single_node()
        if node is None:
            return None
        _check(node, (), set())
        return loader.construct_document(node)
    except UnicodeDecodeError as error:
        raise DataFileError(f"{path.name} is not UTF-8: the byte at {error.start} cannot be read") from error
    except _BadNodeError as error:
        raise DataFileError(f"{path.name}, line {error.line}: {error}") from error
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise DataFileError(f"{path.name}{line}: not valid YAML, {error.problem}") from error
    except yaml.YAMLError as error:
        raise DataFileError(f"{path.name}: not valid YAML, {error}") from error
    except RecursionError as error:
        raise DataFileError(f"{path.name}: the values are nested too deeply") from error


class _BadNodeError(Exception):
    def __init__(self, reason: str, node: Node) -> None:
        super().__init__(reason)
        self.line = node.start_mark.line + 1


def _check(node: Node, above: tuple[int, ...], seen: set[int]) -> None:
    """Reject repeated keys and cycles. Runs before values are built, because YAML merging repeats keys on purpose."""
    if id(node) in above:
        raise _BadNodeError("a value contains itself", node)
    if id(node) in seen or isinstance(node.value, str):
        return
    seen.add(id(node))
    keys: set[str] = set()
    for part in node.value:
        key, value = part if isinstance(part, tuple) else (None, part)
        if key is not None and isinstance(key.value, str) and key.tag != _MERGE:
            if key.value in keys:
                raise _BadNodeError(f"the key {key.value} occurs twice", key)
            keys.add(key.value)
        _check(value, (*above, id(node)), seen)
