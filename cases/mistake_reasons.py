"""Mistakes in the data as reasons that can be worded in the reader's language."""

from __future__ import annotations

import re

from cases.mistakes import Mistake
from cases.rule_edits import Fault, RuleFault

_KNOWN = tuple(
    (re.compile(pattern), code)
    for pattern, code in (
        (r'"(?P<what>.*)" is not a known field here.*', "field_unknown"),
        (r'"(?P<what>.*)" is not a body(?:; did you mean "(?P<near>.*)"\?)?', "body_unknown"),
        (r'"(?P<what>.*)" is not a hamlet(?:; did you mean "(?P<near>.*)"\?)?', "hamlet_unknown"),
        (r'"(?P<what>.*)" is not an optional body.*', "not_optional"),
        (r'"(?P<what>.*)" is not (?!a date)(?P<kind>.*)', "word_unknown"),
        (r'"(?P<what>.*)" is not a date.*', "date"),
        (r'"(?P<what>.*)" is a moment.*', "date"),
        (r'"(?P<what>.*)" is used twice', "code_twice"),
        (r'"(?P<what>.*)" is already in force at that time in an earlier entry', "versions_overlap"),
        (r'"(?P<what>.*)" closes and no body `replaces` it', "no_successor"),
        (r'"(?P<what>.*)" is new here and needs a .*', "name_missing"),
        (r'the bodies .* "(?P<what>.*)" run in a circle', "circle"),
        (r"expected exactly one body with the role coordinator.*", "one_coordinator"),
        (r"a body without a seal must say through whom it forwards", "no_forwarder"),
        (r"an optional body must name the body that stands in for it", "no_fallback"),
        (r"ends before valid_from", "ends_before_begin"),
        (r"is missing.*", "missing"),
        (r"expected a text.*", "missing"),
        (r"expected (?P<what>.*)", "expected"),
    )
)


def fault_of(mistake: Mistake, field: str = "") -> Fault:
    """The mistake as a fault of one field; a sentence nobody foresaw is passed on as it is."""
    place = ".".join(str(step) for step in mistake.path)
    name = field or next((step for step in reversed(mistake.path) if isinstance(step, str)), "")
    for pattern, code in _KNOWN:
        found = pattern.fullmatch(mistake.message)
        if found:
            values = {key: value or "" for key, value in found.groupdict().items()}
            return Fault(name, RuleFault(code, **{"place": place, **values}))
    return Fault(name, RuleFault("data", place=place, what=mistake.message))
