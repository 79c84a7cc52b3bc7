"""YAML from people: mistakes by line, and texts made to hurt refused."""

from __future__ import annotations

from datetime import date

import pytest

from storage.yaml_text import YamlFault, line_of, read, read_foreign, write

TEXT = "bodies:\n  - {code: a}\n  - code: b\n    name: B\n"


def test_what_is_written_reads_back() -> None:
    """Days stay days, letters keep their marks, keys their order."""
    data = {"b": "Thôn Đông", "a": date(2026, 1, 2), "c": [1, {"d": None}]}
    assert read(write(data)) == data
    assert "Thôn Đông" in write(data)


@pytest.mark.parametrize(("path", "line"), [((), 1), (("bodies", 1, "name"), 4), (("bodies", 1, "gone"), 3)])
def test_the_line_of_an_entry(path: tuple[str | int, ...], line: int) -> None:
    """The nearest parent where the entry itself is missing."""
    assert line_of(TEXT, path) == line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\nb: [1, 2\n", 3),
        ("a: &x [1]\nb: [*x, *x]\n", 2),
        ("[" * 30 + "]" * 30, 1),
        ("a: 1\n\tb: 2\n", 2),
    ],
)
def test_a_text_made_to_hurt_is_refused_by_line(text: str, line: int) -> None:
    """Broken, with aliases that grow, or nested without end."""
    with pytest.raises(YamlFault) as refused:
        read_foreign(text)
    assert refused.value.line == line
