"""A Word file from a template and values: residents' texts come out as they went in and never change the structure."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

TEMPLATES = Path(__file__).parents[1] / "data" / "papers"
WORD_MIME = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_NEVER = (1980, 1, 1, 0, 0, 0)  # the earliest moment a zip entry can carry
# XML 1.0 has no place for these. BEL and form feed would besides be read as a new paragraph and a new page, and half
# an emoji (a lone surrogate) has no bytes.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_TORN = (TypeError, ValueError, AttributeError, SyntaxError)
"""What the libraries raise where a tag tore a template's XML apart."""
_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")


class PaperFault(Exception):
    """A template is missing or cannot be filled in; the text says which and why, without any value."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture to set into a paper where a template names it."""

    png: bytes
    width_mm: float


def picture(png: bytes, width_mm: float) -> Picture:
    """A PNG at this width in millimetres; the text of a page is 165 mm wide."""
    return Picture(png, width_mm)


def render(template: str, values: Mapping[str, object], own: Path | None = None) -> bytes:
    """Fill in a template by its name; the same values give the same bytes. Raises `PaperFault`.

    A file `<template>.docx` in the folder `own` (a commune's own layout) goes before the shipped one. Values may be
    texts, numbers, `Picture`s, and lists and mappings of them; a line break in a text stays a line break. Templates
    run in a sandbox, and a name that has no value is a fault rather than a blank.
    """
    # These cost most of a second, and most processes never make a paper.
    from docx.opc.exceptions import OpcError
    from docxtpl import DocxTemplate  # type: ignore[import-untyped]

    path = template_path(template, own)
    word = DocxTemplate(path)
    environment = ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined, finalize=_as_word)
    try:
        word.init_docx()
        word.render({name: _ready(value, word) for name, value in values.items()}, environment, autoescape=True)
        made = io.BytesIO()
        word.save(made)
    except (TemplateError, OpcError, BadZipFile, OSError, LookupError, *_TORN) as error:
        told = error.message if isinstance(error, TemplateError) else type(error).__name__
        raise PaperFault(f"{path.name}: {told}") from error
    return repacked(made.getvalue())


def template_path(template: str, own: Path | None = None) -> Path:
    """Where a template lies: the commune's own one, else the shipped one. Raises `PaperFault`."""
    if not _NAME.fullmatch(template):
        raise PaperFault(f"{template!r}: no name of a template")
    for folder in (own, TEMPLATES):
        if folder is not None and (folder / f"{template}.docx").is_file():
            return folder / f"{template}.docx"
    raise PaperFault(f"{template}: no such template")


def clean(text: str) -> str:
    """The text as a Word file can hold it: what XML has no sign for is left out, every line break is one sign."""
    return _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n"))


def paragraphs(text: str) -> list[str]:
    """A text cut at its empty lines, for templates that set each part as a paragraph of its own."""
    parts = (part.strip("\n") for part in re.split(r"\n[ \t]*\n", clean(text)))
    return [part for part in parts if part.strip()]


def repacked(content: bytes) -> bytes:
    """The same zip with its parts in order, without the moment of its making."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(made, "w") as after:
        for name in sorted(before.namelist(), key=lambda one: (one != "[Content_Types].xml", one)):
            entry = zipfile.ZipInfo(name, _NEVER)
            entry.external_attr = 0o600 << 16
            entry.create_system = 3
            after.writestr(entry, before.read(name), zipfile.ZIP_DEFLATED, 6)
    return made.getvalue()


def _as_word(value: object) -> object:
    """What an expression of a template becomes. Braces are spelt as entities: the library looks for some after
    filling in (`{_{` would come out as `{{`)."""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    safe = str(escape(clean(value))).replace("{", "&#123;").replace("}", "&#125;").replace("%", "&#37;")
    return Markup(safe)  # noqa: S704 - escaped on the line above


def _ready(value: object, word: Any) -> object:
    if isinstance(value, Picture):
        from docx.shared import Mm
        from docxtpl import InlineImage

        return InlineImage(word, io.BytesIO(value.png), width=Mm(value.width_mm))
    if isinstance(value, Mapping):
        return {name: _ready(one, word) for name, one in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_ready(one, word) for one in value]
    return value
