"""About whom or which work: the post (never the name), the union, the building work, the body."""

from __future__ import annotations

from cases.messages import Choice
from cases.model import BodyRole, Subject
from cases.phrases import plain
from handlers import sealed_talk
from handlers.conversation import Again, Step
from handlers.draft import directory_of, noted, story
from handlers.turn import Answer, Prompt, Turn

UNKNOWN = "khac"  # the directory's catch-all post
MORE, SOMETHING_ELSE = "~more", "~else"
COMMON_POSTS = (
    "truong_thon",
    "cong_chuc",
    "truong_phong",
    "ct_ubnd",
    "pct_ubnd",
    "bi_thu",
    "truong_ca",
    "can_bo_ca",
    "db_hdnd_xa",
    "dang_vien",
)
YES, NO = "yes", "no"


def needed(turn: Turn) -> bool:
    """Whether this subject has somebody or something to be named."""
    subject = Subject(turn.data["subject"])
    if subject is Subject.PROJECT:
        return bool(directory_of(turn).locality.works) and (not turn.data.get("work") or bool(turn.data.get("return")))
    return subject.is_person or subject is Subject.AGENCY


def somebody_meant(turn: Turn) -> bool:
    """Whether the story names the holder of a post that runs a body, under a topic that is not about people.

    "The chairman took an envelope for the land certificate", filed under land certificates, must not go to the
    chairman's own committee: so the resident is asked.
    """
    if Subject(turn.data["subject"]).is_person or "meant" in turn.data or turn.data.get("return"):
        return False
    post = _post_named(turn, story(turn))
    if not post or not any(known.controls for known in directory_of(turn).posts if known.code == post):
        return False
    turn.data["meant"] = post
    return True


def ask_person(turn: Turn) -> Prompt:
    return turn.prompt("ask_person", (YES, NO), post=directory_of(turn).post(turn.data["meant"]).title)


def take_person(turn: Turn, answer: Answer) -> str | Again:
    if answer.choice == YES:
        turn.data.update(subject=Subject.OFFICIAL, posts=[turn.data["meant"]])
        sealed_talk.say_early(turn)
        return "union" if turn.data["meant"] == "ct_union" else _then(turn)
    if answer.choice != NO:
        return Again(turn.text("pick_hint"))
    return first_step(turn) if needed(turn) else _then(turn)


def first_step(turn: Turn) -> str:
    """The step that asks it."""
    subject = Subject(turn.data["subject"])
    if subject.is_person:
        return "post"
    return "agency" if subject is Subject.AGENCY else "work"


def _then(turn: Turn) -> str:
    if turn.data.get("return"):
        return "summary"
    return "where" if not turn.data.get("hamlet") else "when"


# -- people -------------------------------------------------------------------------------------------------------


def ask_post(turn: Turn) -> Prompt:
    directory = directory_of(turn)
    common = [post for code in COMMON_POSTS for post in directory.posts if post.code == code]
    choices = [Choice(post.code, post.title) for post in common]
    labels = turn.labels("post_more")
    return Prompt(turn.text("ask_subject_post"), (*choices, Choice(MORE, labels[0]), Choice(UNKNOWN, labels[1])))


def ask_post_all(turn: Turn) -> Prompt:
    rest = [post for post in directory_of(turn).posts if post.code not in (*COMMON_POSTS, UNKNOWN)]
    choices = tuple(Choice(post.code, post.title) for post in rest)
    return Prompt(turn.text("ask_subject_post"), (*choices, Choice(UNKNOWN, turn.labels("post_more")[1])))


def take_post(turn: Turn, answer: Answer) -> str | Again:
    if answer.choice == MORE:
        return "post_all"
    posts = {post.code for post in directory_of(turn).posts}
    chosen = answer.choice if answer.choice in posts else _post_named(turn, answer.text)
    if not chosen and not answer.text.strip():
        return Again(turn.text("post_hint"))
    # Words that fit no post are kept for the triage officers: an unknown post blocks forwarding (COI-5).
    turn.data["posts"] = [chosen or UNKNOWN]
    turn.data["subject_note"] = noted(turn, answer.text, 300) if not answer.choice else ""
    if chosen == "ct_union":
        return "union"
    return _then(turn)


def _post_named(turn: Turn, text: str) -> str:
    """The post spoken of: the longest phrase people use for one that stands in the words; the bare title counts too."""
    said = plain(text)
    if not said:
        return ""
    padded = f" {said} "
    fits: list[tuple[int, str]] = []
    for post in directory_of(turn).posts:
        title = plain(post.title)
        phrases = (title, *turn.rules.spoken_posts.get(post.code, ()))
        fits += [(len(phrase), post.code) for phrase in phrases if f" {phrase} " in padded]
    return max(fits)[1] if fits else ""


def ask_union(turn: Turn) -> Prompt:
    unions = [body for body in directory_of(turn).bodies_with(BodyRole.SUPERVISING_SUBJECT) if body.group == "union"]
    return Prompt(turn.text("ask_union"), tuple(Choice(body.code, body.short or body.name) for body in unions))


def take_union(turn: Turn, answer: Answer) -> str | Again:
    if not directory_of(turn).has(answer.choice):
        return Again(turn.text("pick_hint"))
    turn.data["subject_body"] = answer.choice
    return "front_deputy"


def ask_front_deputy(turn: Turn) -> Prompt:
    return turn.prompt("ask_front_deputy", (YES, NO, UNKNOWN))


def take_front_deputy(turn: Turn, answer: Answer) -> str | Again:
    if answer.choice not in (YES, NO, UNKNOWN):
        return Again(turn.text("pick_hint"))
    # Since 2025 many union leaders are also deputy head of the Front; not knowing is treated as yes (COI-0).
    turn.data["front_deputy"] = answer.choice != NO
    return _then(turn)


# -- works and bodies -----------------------------------------------------------------------------------------------


def ask_work(turn: Turn) -> Prompt:
    works = directory_of(turn).locality.works
    choices = tuple(Choice(work.code, work.name) for work in works)
    return Prompt(turn.text("ask_work"), (*choices, Choice(SOMETHING_ELSE, turn.text("work_other"))))


def take_work(turn: Turn, answer: Answer) -> str | Again:
    work = directory_of(turn).locality.work(answer.choice)
    if work is not None:
        turn.data["work"] = work.code
        turn.data["hamlet"] = turn.data.get("hamlet") or work.hamlet
    elif answer.choice == SOMETHING_ELSE:
        turn.data["subject_note"] = ""
    elif answer.text.strip():
        turn.data["subject_note"] = noted(turn, answer.text, 300)
    else:
        return Again(turn.text("pick_hint"))
    return _then(turn)


def ask_agency(turn: Turn) -> Prompt:
    bodies = [body for body in directory_of(turn).bodies.values() if body.group in ("state", "party", "front", "union")]
    choices = tuple(Choice(body.code, body.short or body.name) for body in bodies)
    return Prompt(turn.text("ask_agency"), (*choices, Choice(SOMETHING_ELSE, turn.text("agency_other"))))


def take_agency(turn: Turn, answer: Answer) -> str | Again:
    if directory_of(turn).has(answer.choice):
        turn.data["subject_body"] = answer.choice
    elif answer.choice == SOMETHING_ELSE:
        turn.data["subject_body"] = ""
    elif answer.text.strip():
        turn.data["subject_note"] = noted(turn, answer.text, 300)
    else:
        return Again(turn.text("pick_hint"))
    return _then(turn)


STEPS = {
    "person": Step(ask_person, take_person),
    "post": Step(ask_post, take_post, skip="where"),
    "post_all": Step(ask_post_all, take_post, skip="where"),
    "union": Step(ask_union, take_union, skip="where"),
    "front_deputy": Step(ask_front_deputy, take_front_deputy),
    "work": Step(ask_work, take_work, skip="where"),
    "agency": Step(ask_agency, take_agency, skip="where"),
}
