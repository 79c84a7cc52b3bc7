"""YAML texts people write by hand: read safely, written back, and the line at which an entry stands."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

import yaml

# The C loader reads the shipped files five times faster than the pure Python one.
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEEPEST = 20
_OPENING = (
    yaml.BlockSequenceStartToken,
    yaml.BlockMappingStartToken,
    yaml.FlowSequenceStartToken,
    yaml.FlowMappingStartToken,
)
_CLOSING = (yaml.BlockEndToken, yaml.FlowSequenceEndToken, yaml.FlowMappingEndToken)


class YamlFault(ValueError):
    """The text is no YAML: `line` (from 1) and what the reader says."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(f"{line}: {problem}")
        self.line = line
        self.problem = problem


def read(text: str) -> Any:
    """Parse; raises `YamlFault` naming the line."""
    try:
        return yaml.load(text, Loader=LOADER)  # noqa: S506 - a safe loader, see LOADER
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise YamlFault(line, error.problem or "not YAML") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise YamlFault(1, str(error).splitlines()[0]) from error


def read_foreign(text: str) -> Any:
    """Parse a text that came over the web: without aliases (a small text can become huge) and not deeply nested."""
    depth = 0
    for token in _tokens(text):
        line = token.start_mark.line + 1
        depth += isinstance(token, _OPENING) - isinstance(token, _CLOSING)
        if isinstance(token, yaml.AliasToken):
            raise YamlFault(line, "aliases are not allowed")
        if depth > _DEEPEST:
            raise YamlFault(line, "nested too deeply")
    return read(text)


def _tokens(text: str) -> Iterator[Any]:
    with contextlib.suppress(yaml.YAMLError):  # `read` says what is wrong
        yield from yaml.scan(text, Loader=LOADER)


def write(data: object) -> str:
    """The data as YAML, keys in their order, letters with their marks."""
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=120)


def line_of(text: str, path: Sequence[Any]) -> int:
    """Line at which a path of keys and indexes stands in a YAML text; of its nearest parent where it is missing."""
    node = yaml.compose(text, Loader=LOADER)
    line = 1
    for step in path:
        node, mark = _inside(node, step)
        if node is None:
            break
        line = mark
    return line


def _inside(node: Any, step: Any) -> tuple[Any, int]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(step):
                return value, key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step].start_mark.line + 1
    return None, 0
