"""About whom or which work: the post (never the name), the union, the building work, the body."""

from __future__ import annotations

from cases.messages import Choice
from cases.model import BodyRole, Subject
from cases.text import strip_marks
from handlers.conversation import Again, Step
from handlers.draft import directory_of
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
    works = directory_of(turn).locality.works
    return subject.is_person or subject is Subject.AGENCY or (subject is Subject.PROJECT and bool(works))


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
    turn.data["subject_note"] = answer.text.strip()[:300] if not answer.choice else ""
    if chosen == "ct_union":
        return "union"
    return _then(turn)


def _post_named(turn: Turn, text: str) -> str:
    """The one post whose title stands in the typed words, or the other way round; the longest title wins."""
    typed = " ".join(strip_marks(text).lower().split())
    if not typed:
        return ""
    fits: list[tuple[int, str]] = []
    for post in directory_of(turn).posts:
        for title in post.title.replace("/", ",").split(","):
            plain = " ".join(strip_marks(title).lower().split())
            if plain and (plain in typed or (len(typed) >= 6 and typed in plain)):
                fits.append((len(plain), post.code))
    fits.sort(reverse=True)
    longest = [code for size, code in fits if size == fits[0][0]]
    return longest[0] if len(set(longest)) == 1 else ""


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
        turn.data["subject_note"] = answer.text.strip()[:300]
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
        turn.data["subject_note"] = answer.text.strip()[:300]
    else:
        return Again(turn.text("pick_hint"))
    return _then(turn)


STEPS = {
    "post": Step(ask_post, take_post, skip="where"),
    "post_all": Step(ask_post_all, take_post, skip="where"),
    "union": Step(ask_union, take_union, skip="where"),
    "front_deputy": Step(ask_front_deputy, take_front_deputy),
    "work": Step(ask_work, take_work, skip="where"),
    "agency": Step(ask_agency, take_agency, skip="where"),
}
