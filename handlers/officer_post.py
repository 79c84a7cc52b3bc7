"""Who is meant, by post: what a triage officer records before a report about a person may go on (COI-5)."""

from __future__ import annotations

from cases import recasting
from cases.model import BodyRole
from handlers.conversation import Again
from handlers.officer_gate import YES, CaseStep, Desk
from handlers.turn import Answer, Prompt

NOT_A_PERSON, NO = "~nobody", "no"


def ask_post(desk: Desk) -> Prompt:
    """Which post; a triage officer may also find that nobody in particular is meant."""
    posts = {post.code: post.title for post in desk.directory.posts if not post.is_unknown}
    return desk.pick("ask_post", {**posts, NOT_A_PERSON: desk.text("post_nobody")})


def take_post(desk: Desk, answer: Answer) -> str | Again:
    if answer.choice == NOT_A_PERSON:
        desk.turn.begin("officer_topic", case=desk.case.id, nobody=True)
        return ""
    if not desk.directory.known_posts((answer.choice,)):
        return desk.hint()
    desk.turn.data["post"] = answer.choice
    return "where"


def ask_post_body(desk: Desk) -> Prompt:
    """Where the person works; a union's leader shuts that union out."""
    names = {body.code: body.short or body.name for body in desk.directory.bodies.values()}
    above = {body.code for body in desk.directory.bodies.values() if BodyRole.UPPER in body.roles}
    return desk.pick("ask_post_body", {code: name for code, name in names.items() if code not in above})


def take_post_body(desk: Desk, answer: Answer) -> str | Again:
    if not desk.directory.has(answer.choice):
        return desk.hint()
    desk.turn.data["body"] = answer.choice
    return "deputy" if desk.turn.data["post"] == "ct_union" else "post_confirm"


def ask_deputy(desk: Desk) -> Prompt:
    """COI-0: many union leaders are also deputy head of the Front."""
    return desk.turn.prompt("ask_post_deputy", (YES, NO))


def take_deputy(desk: Desk, answer: Answer) -> str | Again:
    if answer.choice not in (YES, NO):
        return desk.hint()
    desk.turn.data["deputy"] = answer.choice == YES
    return "post_confirm"


def ask_post_confirm(desk: Desk) -> Prompt:
    """Say what will be recorded."""
    data, directory = desk.turn.data, desk.directory
    where = directory.name(data["body"]) if data.get("body") else ""
    return desk.confirm("post_confirm", post=directory.post(data["post"]).title, where=where)


def take_post_confirm(desk: Desk, answer: Answer) -> str | Again:
    turn, data = desk.turn, desk.turn.data
    if answer.choice != YES:
        return desk.hint()
    recasting.record_post(
        turn.unit,
        turn.rules,
        desk.officer,
        desk.case,
        (str(data["post"]),),
        turn.now,
        subject_body=str(data.get("body", "")),
        also_front_deputy=bool(data.get("deputy")),
    )
    return desk.done("post_done")


DIALOGUES = {
    "officer_post": {
        "post": CaseStep(ask_post, take_post),
        "where": CaseStep(ask_post_body, take_post_body, skip="post_confirm"),
        "deputy": CaseStep(ask_deputy, take_deputy, skip="post_confirm"),
        "post_confirm": CaseStep(ask_post_confirm, take_post_confirm),
    },
}
