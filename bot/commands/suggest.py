"""`suggest`: what intake would propose for a text, one JSON line each, storing nothing."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator

from bot.data import suggester


def suggest(arguments: argparse.Namespace) -> int:
    """Print one JSON object per text or line of standard input."""
    proposer = suggester()
    for text in _texts(arguments.text):
        found = proposer.suggest(text)
        line = {
            "kind": found.kind.value,
            "subject": found.subject.value,
            "topics": list(found.topics),
            "body": found.body,
            "emergency": found.emergency,
            "confidence": round(found.confidence, 3),
        }
        print(json.dumps(line, ensure_ascii=False), flush=not sys.stdin.isatty())
    return 0


def _texts(words: list[str]) -> Iterator[str]:
    if words:
        yield " ".join(words)
        return
    for line in sys.stdin:
        if line.strip():
            yield line.rstrip("\n")
