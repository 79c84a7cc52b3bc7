"""Where every update of a chat goes: danger first, then commands, pressed answers, the open question, a new report."""

from __future__ import annotations

from datetime import timedelta

from cases import resident
from cases.messages import Event
from cases.receipts import is_only_a_code, looks_like_receipt, read_case_code, read_receipt_code
from cases.suggest import Suggestion
from handlers import authority, check_in, follow_up, officer
from handlers.appeal import APPEAL, begin_appeal
from handlers.commands import OFFICERS_ONLY, Command, menu, read_command
from handlers.conversation import Conversation, Nav
from handlers.draft import correct
from handlers.enter import ENTER, consented, hold
from handlers.follow_up import ADD_TO, TRACK, VERDICT
from handlers.library import LIBRARY, answer_at_once
from handlers.meant import MEANT, questioned
from handlers.my_data import MY_DATA
from handlers.offers import Outdated, pressed
from handlers.pace import too_fast
from handlers.parking import telling
from handlers.report import OTHER, REPORT
from handlers.settings_talk import LANGUAGE, turned_to_english
from handlers.start import read_start
from handlers.turn import Answer, Turn
from handlers.urgent import answer_danger, open_retaliation

CONVERSATION = Conversation(
    (
        *(ENTER, REPORT, TRACK, ADD_TO, VERDICT, APPEAL, check_in.CHECK_IN, MEANT, LIBRARY, MY_DATA, LANGUAGE),
        *officer.DIALOGUES,
        *authority.DIALOGUES,
    )
)
GROUP_ANSWER_EVERY = timedelta(hours=6)
MENUS = frozenset((one.name, one.first) for one in (TRACK, MY_DATA, LANGUAGE))
"""Questions to which no sentence is an answer."""
STORY_WORDS = 5


def handle(turn: Turn) -> None:
    """Answer one update; everything to say is left in `turn.said`."""
    turn.begin = lambda name, **data: CONVERSATION.begin(turn, name, **data)
    turn.resume = lambda: CONVERSATION.feed(turn, Answer())
    incoming, chat = turn.incoming, turn.chat
    if incoming.event is Event.GROUP:
        _in_group(turn)
        return
    if incoming.event is Event.UNFOLLOW:
        chat.reachable = False
        return
    _seen_again(turn)
    if too_fast(turn):
        return
    if chat.officer_id:
        turn.officer = turn.unit.people.officer(chat.officer_id)
        if turn.officer is not None and not turn.officer.active:
            turn.officer, chat.officer_id = None, ""
    if incoming.event is Event.EDITED:
        _edited(turn)
        return
    if incoming.start and read_start(turn):
        return
    if incoming.event is Event.FOLLOW and not CONVERSATION.running(turn):
        turn.ask(menu(turn, "welcome"))
        return
    _hear(turn)


def _seen_again(turn: Turn) -> None:
    chat = turn.chat
    if not chat.locality and len(turn.rules.book.communes) == 1:
        chat.locality = turn.rules.book.communes[0].code
    if chat.last_contact_at is not None:
        turn.unit.outbox.release_held(chat, turn.now)
    chat.reachable = True
    chat.last_contact_at = turn.now


def _edited(turn: Turn) -> None:
    """An edit changes what it stood for and answers no question; what is in a case already stays as it was sent."""
    if not correct(turn) and not CONVERSATION.running(turn):
        turn.say("edit_late")


def _in_group(turn: Turn) -> None:
    last = turn.chat.last_contact_at
    if last is None or turn.now - last > GROUP_ANSWER_EVERY:
        turn.chat.last_contact_at = turn.now
        turn.say("write_privately")


def _hear(turn: Turn) -> None:
    slash = turn.incoming.text.lstrip().startswith("/")
    try:
        chosen = pressed(turn) if not slash else None
    except Outdated:
        _old_button(turn)
        return
    # An offered answer typed out comes before a command of the same words.
    command = read_command(turn) if chosen is None and not turn.incoming.choice else None
    if command is not None and _obey(turn, *command):
        return
    if chosen is not None:
        _chosen(turn, *chosen)
    elif turn.officer is not None and not CONVERSATION.running(turn) and read_case_code(turn.incoming.text):
        officer.command(turn, officer.OfficerCommand.CASE, turn.incoming.text)
    elif turn.officer is not None and not CONVERSATION.running(turn) and not turn.incoming.files:
        turn.ask(officer.menu(turn))
    else:
        _words(turn)


def _chosen(turn: Turn, action: str, case_id: str, value: str) -> None:
    if action:
        _standing(turn, action, case_id, value)
    elif value == Nav.CANCEL:
        _cancel(turn)
    elif CONVERSATION.running(turn):
        CONVERSATION.feed(turn, Answer(choice=value))
    elif value in list(Command):
        _obey(turn, Command(value), "")
    elif not (turn.officer is not None and officer.command(turn, value, "")):
        turn.ask(menu(turn))


def _standing(turn: Turn, action: str, case_id: str, value: str) -> None:
    """An answer offered under a notice."""
    if action == "verdict":
        follow_up.verdict(turn, case_id, value)
    elif action == "check_in":
        check_in.answered(turn, case_id, value)
    elif action == "reply_info":
        turn.begin("add", case=case_id)
    elif action == "appeal":
        begin_appeal(turn, case_id)
    elif not (turn.officer is not None and officer.command(turn, action, case_id)):
        _old_button(turn)


def _old_button(turn: Turn) -> None:
    turn.say("old_button")
    if CONVERSATION.running(turn):
        CONVERSATION.ask_again(turn)
    else:
        turn.ask(officer.menu(turn) if turn.officer is not None else menu(turn))


def _words(turn: Turn) -> None:
    """Free words, files or a place: the open question's answer, or the beginning of something."""
    incoming = turn.incoming
    if turn.officer is None and incoming.text.strip():
        found = turn.suggest(incoming.text[:4000])
        english = not CONVERSATION.running(turn) and turned_to_english(turn)
        danger = answer_danger(turn, found) if turn.chat.locality else False
        if english:
            turn.say("answers_in_english")
        if open_retaliation(turn, found) if not CONVERSATION.running(turn) else _short_cry(turn, found):
            return
        if danger and not CONVERSATION.running(turn):
            return
    if _looks_up(turn):
        _obey(turn, Command.TRACK, incoming.text)
        return
    if _tells_instead(turn):
        CONVERSATION.leave(turn)
        if CONVERSATION.running(turn):
            turn.said.pop()  # the question of the report that waited is put again after these words
    if CONVERSATION.running(turn):
        contact = incoming.contact
        CONVERSATION.feed(
            turn,
            Answer(
                text=incoming.text,
                files=incoming.files,
                place=incoming.place,
                phone=contact.phone if contact else "",
                name=contact.name if contact else "",
            ),
        )
    elif not check_in.heard(turn):
        _begin(turn)


def _looks_up(turn: Turn) -> bool:
    """A code alone answers no question but the one for a code; what is being told waits meanwhile."""
    running = CONVERSATION.running(turn) and turn.chat.talk.get("dialogue") != TRACK.name
    return running and turn.officer is None and is_only_a_code(turn.incoming.text)


def _tells_instead(turn: Turn) -> bool:
    """A matter told at a menu is no answer to it: nobody has to find the way out of a menu to be heard."""
    at = turn.chat.talk.get("dialogue"), turn.chat.talk.get("step")
    if turn.officer is not None or at not in MENUS or len(turn.incoming.text.split()) < STORY_WORDS:
        return False
    if turn.data.get("then") == "add" and resident.own_cases(turn.unit, turn.chat):
        return False  # the words may be meant for the case that is being looked for
    return turn.suggest(turn.incoming.text[:4000]).topics[:1] not in ((), (OTHER,))


def _short_cry(turn: Turn, found: Suggestion) -> bool:
    """Inside a dialogue only the bare phrase counts; a longer text belongs to the story being told."""
    return len(turn.incoming.text.split()) <= 6 and open_retaliation(turn, found)


def _begin(turn: Turn) -> None:
    text = turn.incoming.text
    if read_receipt_code(text) or read_case_code(text) or (looks_like_receipt(text) and len(text) < 40):
        turn.begin("track")
        CONVERSATION.feed(turn, Answer(text=text))
        turn.said[:] = turn.said[1:]  # the question "which case" is already answered
        return
    if not text.strip() and not turn.incoming.files:
        turn.ask(menu(turn))
        return
    if turn.means("thanks", text) or (turn.means("yes", text) and consented(turn)):  # "ok" to news is a thank-you
        turn.ask(menu(turn, "thanks_reply"))
        return
    if turn.officer is None and questioned(turn):
        turn.begin("meant", **hold(turn))
    elif turn.incoming.files or len(text.split()) >= 4:
        _open_report(turn, **hold(turn))
    else:
        turn.ask(menu(turn, "welcome"))


def _open_report(turn: Turn, **held: object) -> None:
    known: dict[str, object] = turn.chat.talk.pop("known", {})  # type: ignore[assignment]
    if not consented(turn) or not turn.chat.locality:
        if turn.chat.locality and not turn.incoming.files:
            answer_at_once(turn, turn.incoming.text[:4000])
        turn.begin("enter", at="consent" if turn.chat.locality else "", **held, **known)
        return
    turn.begin("report", **known)
    if held:
        turn.said.pop()
        CONVERSATION.feed(turn, Answer(text=turn.incoming.text, files=turn.incoming.files))


def _obey(turn: Turn, command: Command, rest: str) -> bool:
    if command in OFFICERS_ONLY:
        return turn.officer is not None and officer.command(turn, command, rest)
    if command is Command.LINK:
        return officer.link(turn, rest)
    if command is Command.CANCEL:
        _cancel(turn)
    elif command is Command.REPORT:
        _report_again(turn)
    elif command in (Command.TRACK, Command.ADD):
        turn.begin("track", **({"then": "add"} if command is Command.ADD else {}))
        if rest:
            turn.said.pop()
            CONVERSATION.feed(turn, Answer(text=rest))
    elif command is Command.HELP:
        turn.ask(menu(turn, "help"))
    elif command is Command.START:
        turn.ask(officer.menu(turn) if turn.officer is not None else menu(turn, "welcome"))
    else:
        turn.begin({Command.DATA: "my_data", Command.LIBRARY: "library", Command.LANGUAGE: "language"}[command])
    return True


def _report_again(turn: Turn) -> None:
    """A report that is being written goes on; only sending or cancelling ends it."""
    if telling(turn):
        turn.say("draft_goes_on")
        CONVERSATION.ask_again(turn)
    elif not CONVERSATION.go_on(turn):
        _open_report(turn)


def _cancel(turn: Turn) -> None:
    if CONVERSATION.running(turn):
        CONVERSATION.feed(turn, Answer(choice=Nav.CANCEL))
        if CONVERSATION.running(turn):
            return  # what waited behind it goes on
    else:
        turn.say("nothing_to_cancel")
    turn.ask(officer.menu(turn) if turn.officer is not None else menu(turn))
