"""The end of a report: the summary with who will see what, changes, and the confirmation."""

from __future__ import annotations

from cases.intake import Submission, submit
from cases.messages import Ask, Choice
from cases.model import Secrecy, Subject
from cases.names import listed
from cases.receipts import show_receipt_code
from cases.rules import show_date
from handlers import report_hidden, sealed_talk
from handlers.conversation import END, Again, Step
from handlers.draft import add_story, directory_of, draft_of, name_and_phone, route_of, story
from handlers.turn import Answer, Prompt, Turn

SEND, CHANGE, HIDE, CONTACT, BODY = "send", "change", "hide", "contact", "body"
DONE, NOBODY = "done", "nobody"
CHANGES = ("topic", "about", "where", "when", "evidence", "story")


def back_to_summary(turn: Turn, following: str) -> str:
    """The next step, unless a single answer was being changed from the summary."""
    return "summary" if turn.data.get("return") else following


def after_evidence(turn: Turn) -> str:
    """Reports about people and bodies ask who may know and see; others offer it in the summary."""
    subject = Subject(turn.data.get("subject", Subject.OTHER))
    asks = (subject.is_person or subject is Subject.AGENCY) and not turn.data.get("return")
    return "hide" if asks else report_hidden.before_summary(turn)


# -- summary --------------------------------------------------------------------------------------------------------


def ask_summary(turn: Turn) -> Prompt:
    turn.data.pop("return", None)
    draft, way, directory = draft_of(turn), route_of(turn), directory_of(turn)
    files = len(turn.unit.files.of_draft(turn.chat.key))
    told = story(turn)
    hamlet = directory.locality.hamlet(draft.hamlet)
    work = directory.locality.work(draft.work)
    about = [directory.post(code).title for code in draft.posts if code != "khac"]
    about += [directory.name(draft.subject_body)] if draft.subject_body else []
    about += [work.name] if work else []
    about += [draft.subject_note] if draft.subject_note else []
    place = ", ".join(part for part in (hamlet.name if hamlet else "", draft.place) if part)
    lines = turn.text(
        "summary",
        story=told if len(told) <= 600 else told[:600] + "…",
        topic=turn.rules.taxonomy.topics[draft.topic].label,
        about=listed(about),
        place=place or (turn.text("place_on_map") if draft.latitude is not None else ""),
        happened=draft.happened,
        files=files or "",
        body=directory.name(way.receiving_body),
        authority=directory.name(way.competent_authority) if way.competent_authority else "",
        hidden=listed(directory.short(code) for code in draft.hidden_from),
        contact=", ".join(part for part in (draft.name, draft.phone) if part),
        secrecy=turn.text(f"secrecy_{draft.secrecy}"),
    )
    notices = [_notice(turn, conflicted, alternate) for _rule, conflicted, alternate in way.notices]
    if way.blocked:
        notices.append(turn.text("coi_unknown_post"))
    if way.direct_upper:
        notices.append(turn.text("coi_direct", upper=directory.name(way.direct_upper)))
    notices.append(sealed_talk.notice(turn))
    labels = turn.labels("summary_choices")
    offered = [Choice(value, label) for value, label in zip((SEND, CHANGE, HIDE, CONTACT, BODY), labels, strict=True)]
    if not way.offered:
        offered.pop()
    return Prompt(
        "\n\n".join([lines, *dict.fromkeys(filter(None, notices)), turn.text("summary_choices")]), tuple(offered)
    )


def _notice(turn: Turn, conflicted: str, alternate: str) -> str:
    directory = directory_of(turn)
    return turn.text(
        "coi_notice", conflicted_body=directory.short(conflicted), alternate_body=directory.short(alternate)
    )


def take_summary(turn: Turn, answer: Answer) -> str | Again:
    if answer.choice == SEND or turn.means("send", answer.text):
        return confirm(turn)
    following = {CHANGE: "change", HIDE: "hide", CONTACT: "contact", BODY: "body"}.get(answer.choice)
    return following or Again(turn.text("summary_hint"))


def confirm(turn: Turn) -> str:
    """Store the case and say what comes next; the receipt code is shown this once."""
    draft = draft_of(turn)
    others = list(turn.data.get("others", ())) if turn.data.get("issues", 1) > 1 else []
    done = submit(turn.unit, turn.rules, turn.chat, draft, turn.now)
    report_hidden.keep_wishes(turn, done.case.id)
    sealed_talk.forget(turn, done.case)
    say_receipt(turn, done)
    if done.case.sealed_to:
        return END  # the story is not kept for a second report
    if others:
        kept = {name: turn.data[name] for name in report_hidden.CHOSEN if name in turn.data}
        turn.data.clear()
        turn.data.update(kept, parts=[[0, "", draft.text]], others=others, hamlet=draft.hamlet, kind=draft.kind)
        return "second"
    return END


def say_receipt(turn: Turn, done: Submission) -> None:
    """Case number, receiving body, the three clocks in plain words, the receipt code, and how to follow."""
    case = done.case
    directory = directory_of(turn)
    profile = turn.rules.profiles[case.profile]
    local = turn.now.astimezone(turn.rules.zone)
    turn.tell(
        turn.text(
            "receipt",
            case_code=case.code,
            time=local.strftime("%H:%M"),
            date=show_date(local.date()),
            body=directory.name(case.receiving_body),
            triage_wd=turn.rules.targets.triage_wd,
            reply_wd=profile.reply_wd,
            max_wd=profile.max_extended_wd,
            basis_phrase=turn.text(profile.basis_key),
        )
        + "\n"
        + turn.text("receipt_code", receipt_code=show_receipt_code(done.receipt_code))
    )
    if case.sealed_to:
        turn.say("sealed_after", body=directory.name(case.sealed_to))
    elif case.subject.is_person:
        turn.say("privacy_reassure")


# -- a second matter in the same message ------------------------------------------------------------------------------


def ask_second(turn: Turn) -> Prompt:
    topics = turn.rules.taxonomy.topics
    choices = tuple(Choice(code, topics[code].label) for code in turn.data["others"])
    return Prompt(turn.text("ask_second"), (*choices, Choice(NOBODY, turn.text("second_no"))))


def take_second(turn: Turn, answer: Answer) -> str | Again:
    if answer.choice in turn.data["others"]:
        topic = turn.rules.taxonomy.topics[answer.choice]
        rest = [code for code in turn.data["others"] if code != answer.choice]
        turn.data.update(topic=topic.code, subject=topic.subject, suggested=topic.code, others=rest)
        turn.data["issues"] = len(rest) + 1
        return "where" if not turn.data.get("hamlet") else "when"
    if answer.choice == NOBODY:
        turn.say("second_thanks")
        return END
    return Again(turn.text("pick_hint"))


# -- changes ----------------------------------------------------------------------------------------------------------


def ask_change(turn: Turn) -> Prompt:
    return turn.prompt("ask_change", CHANGES)


def take_change(turn: Turn, answer: Answer) -> str | Again:
    if answer.choice not in CHANGES:
        return Again(turn.text("pick_hint"))
    turn.data["return"] = True
    if answer.choice == "about":
        from handlers import report_about

        return report_about.first_step(turn) if report_about.needed(turn) else "topic"
    return answer.choice


def ask_story(turn: Turn) -> Prompt:
    return Prompt(turn.text("ask_story"))


def take_story(turn: Turn, answer: Answer) -> str | Again:
    if not answer.text.strip():
        return Again(turn.text("story_hint"))
    turn.data["parts"] = []
    add_story(turn, answer.text)
    return "summary"


def ask_contact(turn: Turn) -> Prompt:
    return Prompt(turn.text("ask_contact"), ask=Ask.CONTACT)


def take_contact(turn: Turn, answer: Answer) -> str | Again:
    name, phone = name_and_phone(turn, answer)
    if not name and not phone:
        return Again(turn.text("contact_hint"))
    turn.data.update(name=name, **({"phone": phone} if phone else {}))
    turn.data.pop("hide_name", None)
    if turn.data.get("secrecy") == Secrecy.ANONYMOUS:  # who leaves a name wants to be known to somebody
        turn.data["secrecy"] = Secrecy.CONFIDENTIAL
    return "summary"


def ask_body(turn: Turn) -> Prompt:
    directory = directory_of(turn)
    return Prompt(turn.text("ask_body"), tuple(Choice(code, directory.name(code)) for code in route_of(turn).offered))


def take_body(turn: Turn, answer: Answer) -> str | Again:
    if answer.choice not in route_of(turn).offered:
        return Again(turn.text("pick_hint"))
    turn.data["chosen_body"] = answer.choice
    return "summary"


STEPS = {
    **report_hidden.STEPS,
    "summary": Step(ask_summary, take_summary),
    "second": Step(ask_second, take_second),
    "change": Step(ask_change, take_change, skip="summary"),
    "story": Step(ask_story, take_story, skip="summary"),
    "contact": Step(ask_contact, take_contact, skip="summary"),
    "body": Step(ask_body, take_body, skip="summary"),
}
