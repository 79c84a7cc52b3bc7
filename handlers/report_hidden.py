"""Who may know who sent the report: public, authority, officers; what each will see; and words that give one away.

Steps in order: hide (with a look at the three views), bodies that must not see it, exposed. Asked once each.
"""

from __future__ import annotations

from cases.exposure import Clue
from cases.messages import Choice
from cases.model import BodyRole, Secrecy
from cases.names import listed
from cases.preview import shortened, views
from cases.sender_ports import Wish
from handlers.conversation import Again, Step
from handlers.draft import PARTS, directory_of, draft_of, route_of, story
from handlers.turn import Answer, Prompt, Turn

FRONT, NOBODY, ALL = "front", "nobody", "all"
LOOK, BODIES, OFF_BOARD, ON_BOARD, WORRIED = "look", "bodies", "off_board", "on_board", "worried"
DONE = "done"
SOFT, AS_IS, REWRITE = "soft", "as_is", "rewrite"
KNOWN_TO = {FRONT: Secrecy.CONFIDENTIAL, NOBODY: Secrecy.ANONYMOUS, ALL: Secrecy.OPEN}
CHOSEN = ("hide_name", "secrecy", "hidden_from", "off_board", "worried", "exposed")
"""Notes that hold for a second report out of the same message as well: nobody is less hidden in it."""
SHOWN_CLUES = 5
SOFT_SHOWN = 700  # characters


# -- who may know -----------------------------------------------------------------------------------------------------


def ask_hide(turn: Turn) -> Prompt:
    labels = zip((FRONT, NOBODY, ALL), turn.labels("ask_hide"), strict=True)
    choices = [Choice(value, label) for value, label in labels]
    choices += [Choice(LOOK, turn.text("hide_look")), Choice(BODIES, turn.text("hide_bodies"))]
    board = ON_BOARD if turn.data.get("off_board") else OFF_BOARD
    choices.append(Choice(board, turn.text(f"hide_{board}")))
    if not draft_of(turn).subject.is_person and not turn.data.get("worried"):
        choices.append(Choice(WORRIED, turn.text("hide_worried")))
    hidden = listed(directory_of(turn).short(code) for code in turn.data.get("hidden_from", ()))
    return Prompt(turn.text("ask_hide", hidden=hidden), tuple(choices))


def take_hide(turn: Turn, answer: Answer) -> str | Again:
    if answer.choice in KNOWN_TO:
        turn.data["secrecy"] = KNOWN_TO[answer.choice]
        return before_summary(turn)
    if answer.choice == LOOK:
        return Again(preview(turn))
    if answer.choice == BODIES:
        return "bodies"
    if answer.choice in (OFF_BOARD, ON_BOARD):
        turn.data["off_board"] = answer.choice == OFF_BOARD
        return Again(turn.text(f"hide_{answer.choice}_done"))
    if answer.choice == WORRIED:
        turn.data["worried"] = True
        return Again(turn.text("hide_worried_done"))
    return Again(turn.text("pick_hint"))


def preview(turn: Turn) -> str:
    """The three views, in the words they would really have."""
    draft = draft_of(turn)
    seen = views(turn.rules, directory_of(turn), draft)
    public = "look_public_off" if turn.data.get("off_board") else "look_public"
    parts = [
        turn.text(public, words=seen.public),
        turn.text("look_authority", words=seen.authority),
        turn.text("look_name_known" if seen.authority_knows else "look_name_hidden"),
        turn.text("look_front", words=seen.front),
        turn.text("look_name_two" if seen.front_knows else "look_name_hidden"),
    ]
    return turn.text("look_title") + "\n" + "\n".join(parts)


def keep_wishes(turn: Turn, case_id: str) -> None:
    """Store what was asked for beside the report."""
    wish = Wish(case_id, bool(turn.data.get("off_board")), bool(turn.data.get("worried")))
    if wish.off_board or wish.worried:
        turn.unit.check_ins.save_wish(wish)


# -- bodies that must not see it --------------------------------------------------------------------------------------


def ask_bodies(turn: Turn) -> Prompt:
    hidden = turn.data.get("hidden_from", [])
    directory = directory_of(turn)
    choices = [
        Choice(body.code, body.short or body.name)
        for body in directory.bodies.values()
        if body.code not in hidden
        and body.code not in route_of(turn).excluded_bodies
        and body.roles & {BodyRole.SUPERVISING_SUBJECT, BodyRole.COMPETENT_AUTHORITY}
        and not body.roles & {BodyRole.EXTERNAL, BodyRole.UPPER}
    ]
    names = listed(directory.short(code) for code in hidden)
    done = turn.text("hide_done") if hidden else turn.text("hide_nobody")
    text = turn.text("ask_bodies_more", names=names) if hidden else turn.text("ask_bodies")
    return Prompt(text, (Choice(DONE, done), *choices))


def take_bodies(turn: Turn, answer: Answer) -> str | Again:
    if answer.choice == DONE:
        return "hide"
    if directory_of(turn).has(answer.choice):
        turn.data.setdefault("hidden_from", []).append(answer.choice)
        return "bodies"
    return Again(turn.text("pick_hint"))


# -- words that give one away -----------------------------------------------------------------------------------------


def before_summary(turn: Turn) -> str:
    """The look at one's own words, once, where somebody wants to be hidden and the words tell who it is."""
    hidden = draft_of(turn).secrecy is not Secrecy.OPEN
    if not hidden or turn.data.get("exposed") or not any(_found(turn)):
        return "summary"
    turn.data["exposed"] = True
    return "exposed"


def _found(turn: Turn) -> tuple[list[Clue], list[Clue]]:
    """What is found in the story and in the place."""
    exposure = turn.rules.exposure
    return exposure.clues(story(turn)), exposure.clues(str(turn.data.get("place", "")))


def _softened(turn: Turn) -> tuple[str, str]:
    in_story, in_place = _found(turn)
    exposure = turn.rules.exposure
    return exposure.softened(story(turn), in_story), exposure.softened(str(turn.data.get("place", "")), in_place)


def ask_exposed(turn: Turn) -> Prompt:
    in_story, in_place = _found(turn)
    told, place = story(turn), str(turn.data.get("place", ""))
    found = [(clue, clue.words(told)) for clue in in_story] + [(clue, clue.words(place)) for clue in in_place]
    lines = [
        turn.text("exposed_clue", words=shortened(words, 80), why=turn.text(f"clue_{clue.kind}"))
        for clue, words in found[:SHOWN_CLUES]
    ]
    soft_story, soft_place = _softened(turn)
    proposed = shortened(" / ".join(part for part in (soft_story, soft_place if in_place else "") if part), SOFT_SHOWN)
    labels = zip((SOFT, AS_IS, REWRITE), turn.labels("ask_exposed"), strict=True)
    text = turn.text("ask_exposed", clues="\n".join(lines), proposed=proposed)
    return Prompt(text, tuple(Choice(value, label) for value, label in labels))


def take_exposed(turn: Turn, answer: Answer) -> str | Again:
    if answer.choice == SOFT:
        soft_story, soft_place = _softened(turn)
        turn.data[PARTS] = [[turn.incoming.sent_at.timestamp(), "", soft_story]]
        turn.data["place"] = soft_place
        turn.data.pop("edits", None)
        return "summary"
    if answer.choice == REWRITE:
        return "story"
    return "summary" if answer.choice == AS_IS else Again(turn.text("pick_hint"))


STEPS = {
    "hide": Step(ask_hide, take_hide, skip=before_summary),
    "bodies": Step(ask_bodies, take_bodies),
    "exposed": Step(ask_exposed, take_exposed, skip="summary"),
}
