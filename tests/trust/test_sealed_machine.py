"""Keys and bundles on the holder's own machine: made, copied, recovered from two sheets, and used off-line."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.cli import main
from bot.commands.opening import Desk, at_desk
from bot.commands.sealed import shares
from cases.intake import submit
from cases.messages import Address
from cases.model import Subject
from storage import sealed_keys
from storage.sealed_box import checked, key_id, packed, public_of, seal, unwrap, wrap
from storage.work import StoredWork
from tests.cases.cast import a_draft
from tests.trust.sealed_kit import (
    PASSPHRASE,
    PRIVATE,
    QUICK,
    STORY,
    UNION_PRIVATE,
    b64,
    opened_bundle,
    picture,
    sealed_case,
    sealing_console,
)
from tests.web.console.desk import Console

Run = Callable[..., int]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """`hoiam …` with these lines typed."""

    def call(*words: object, typed: str = "") -> int:
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        with pytest.raises(SystemExit) as ended:
            main([str(word) for word in words])
        return int(ended.value.code or 0)

    return call


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """A commune that seals."""
    with sealing_console(tmp_path_factory.mktemp("sealed")) as present:
        yield present


async def bundle_of(console: Console, code: str) -> bytes:
    """The bundle as the handler saves it from the console."""
    async with console.clerk("handler") as clerk:
        answer = await clerk.post(f"/console/cases/{code}/sealed/bundle")
    assert answer.status == 200
    return answer.body


def key_file(folder: Path, private: bytes = PRIVATE) -> Path:
    """A quick key file."""
    target = folder / f"{key_id(public_of(private))[:6]}.json"
    target.write_text(json.dumps(wrap(private, PASSPHRASE, **QUICK)), "utf-8")
    return target


async def test_sheets_one_and_three_give_the_key_that_opens(
    console: Console, tmp_path: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    """A key is made and lost; two sheets and a new passphrase open what was sealed with it."""
    folder = tmp_path / "own machine"
    assert run("sealed", "key", "--body", "mttq", "--out", folder, typed="mật khẩu sẽ bị quên\n") == 0
    (made,) = folder.glob("*.key.json")
    wrapped = checked(json.loads(made.read_text("utf-8")))
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    console.clock.move(seconds=60)
    console.run(lambda unit: put_in_force(unit, wrapped["key_id"], wrapped["public"]))
    case = sealed_case(console, "lost", picture=picture("chữ"))
    (tmp_path / "bundle.json").write_bytes(await bundle_of(console, case.code))
    made.unlink()
    one, three = sorted(folder.glob("recovery-*"))[::2]
    again = tmp_path / "again.json"
    assert (
        run("sealed", "recover", "--share", one, "--share", three, "--out", again, typed="mật khẩu mới nhớ hơn\n") == 0
    )
    opening = ("sealed", "open", tmp_path / "bundle.json", "--key-file", again, "--out", tmp_path / "files")
    assert run(*opening, typed="mật khẩu mới nhớ hơn\n") == 0
    assert STORY in capsys.readouterr().out
    assert [path.read_bytes() for path in (tmp_path / "files").iterdir()] == [picture("chữ")]


def put_in_force(unit: StoredWork, key: str, public: str) -> None:
    """Proposed by one, agreed by another."""
    sealed_keys.propose(unit, "xa-mau", "mttq", key, base64.b64decode(public), "first")
    sealed_keys.decide(unit, key, "second", agreed=True)


@pytest.mark.parametrize("chosen", [(0,), (0, 0)])
def test_one_sheet_is_not_enough(
    tmp_path: Path, run: Run, capsys: pytest.CaptureFixture[str], chosen: tuple[int, ...]
) -> None:
    """One sheet, or the same one twice, gives no key and writes nothing."""
    sheets = [tmp_path / f"{number}.txt" for number in range(3)]
    for sheet, words in zip(sheets, shares(PRIVATE), strict=True):
        sheet.write_text(words, "utf-8")
    given = [word for number in chosen for word in ("--share", sheets[number])]
    assert run("sealed", "recover", *given, "--out", tmp_path / "out.json", typed="mật khẩu mới nhớ hơn\n") == 1
    assert "hoiam:" in capsys.readouterr().err
    assert not (tmp_path / "out.json").exists()


def test_sheets_of_two_keys_do_not_mix(tmp_path: Path, run: Run) -> None:
    """A sheet of another key is noticed."""
    (tmp_path / "a.txt").write_text(shares(PRIVATE)[0], "utf-8")
    (tmp_path / "b.txt").write_text(shares(UNION_PRIVATE)[1], "utf-8")
    given = ("--share", tmp_path / "a.txt", "--share", tmp_path / "b.txt")
    assert run("sealed", "recover", *given, "--out", tmp_path / "out.json", typed="mật khẩu mới nhớ hơn\n") == 1


def test_a_colleague_gets_her_own_copy(tmp_path: Path, run: Run) -> None:
    """The same key under a passphrase of her own; the first holder's stays hers."""
    source, target = key_file(tmp_path), tmp_path / "copy.json"
    typed = f"{PASSPHRASE}\nmật khẩu của đồng nghiệp\n"
    assert run("sealed", "copy", "--key-file", source, "--out", target, typed=typed) == 0
    assert unwrap(json.loads(target.read_text("utf-8")), "mật khẩu của đồng nghiệp") == PRIVATE


@pytest.mark.parametrize("typed", ["sai\n", "\n", f"{PASSPHRASE} \n"])
def test_a_wrong_passphrase_is_said_in_a_sentence(
    tmp_path: Path, run: Run, capsys: pytest.CaptureFixture[str], typed: str
) -> None:
    """No traceback, no hint how near it was."""
    out = tmp_path / "copy.json"
    assert run("sealed", "copy", "--key-file", key_file(tmp_path), "--out", out, typed=typed) == 1
    assert "the passphrase does not open this key" in capsys.readouterr().err
    assert not out.exists()


def test_a_short_passphrase_is_refused(tmp_path: Path, run: Run) -> None:
    """A key file may be copied and tried without limit."""
    assert run("sealed", "key", "--body", "mttq", "--out", tmp_path / "key", typed="ngắn\n") == 1
    assert not list((tmp_path / "key").glob("*.json"))


async def test_a_changed_bundle_is_refused(
    console: Console, tmp_path: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    """One bit in the content, and nothing is shown."""
    console.clock.move(seconds=60)
    console.run(lambda unit: put_in_force(unit, key_id(public_of(UNION_PRIVATE)), b64(public_of(UNION_PRIVATE))))
    bundle = json.loads(await bundle_of(console, sealed_case(console, "changed").code))
    text = bundle["boxes"][0]["content"]
    bundle["boxes"][0]["content"] = text[:60] + ("A" if text[60] != "A" else "B") + text[61:]
    (tmp_path / "bundle.json").write_text(json.dumps(bundle), "utf-8")
    key = key_file(tmp_path, UNION_PRIVATE)
    assert run("sealed", "open", tmp_path / "bundle.json", "--key-file", key, typed=f"{PASSPHRASE}\n") == 1
    told = capsys.readouterr()
    assert STORY not in told.out
    assert "was changed" in told.err


def test_a_bundle_of_an_enemy_does_nothing_to_the_holders_machine(
    tmp_path: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    """Anybody can seal to a public key: what comes out of it moves no terminal and is written in the folder alone."""
    told = {"text": "vòi\x1b]0;tiền\x07", "files": [{"id": "../../x", "name": "\x1b[2J../ảnh.png", "kind": "photo"}]}
    boxes = [enemy_box("report", "", b"", told=told), enemy_box("file", "../../x", b"picture", mime="image/\x1b[31m")]
    bundle = {"kind": "hoiam-sealed-report", "v": 1, "case": "PA-2026-000001", "boxes": boxes}
    (tmp_path / "bundle.json").write_text(json.dumps(bundle), "utf-8")
    out = tmp_path / "deep" / "er" / "files"
    opening = ("sealed", "open", tmp_path / "bundle.json", "--key-file", key_file(tmp_path), "--out", out)
    assert run(*opening, typed=f"{PASSPHRASE}\n") == 0
    shown = capsys.readouterr().out
    assert "tiền" in shown
    assert not [sign for sign in shown if sign < " " and sign != "\n"]
    (written,) = [path for path in tmp_path.rglob("*") if path.is_file() and path.read_bytes() == b"picture"]
    assert written.parent == out
    assert stat.S_IMODE(written.stat().st_mode) == 0o600


def enemy_box(what: str, file: str, content: bytes, **told: object) -> dict[str, object]:
    """One part of a bundle, made by somebody who knows the public key only."""
    public = public_of(PRIVATE)
    head = {"v": 1, "case": "PA-2026-000001", "box": what, "what": what, "at": "2026-11-23", "file": file, **told}
    made = seal(packed(head, content), {key_id(public): public})
    envelopes = {name: b64(one) for name, one in made.envelopes.items()}
    return {"id": what, "what": what, "file": file, "content": b64(made.content), "envelopes": envelopes}


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"kind": "hoiam-sealed-key", "v": 1}', "\x00"])
def test_what_is_not_a_key_file_is_refused(tmp_path: Path, run: Run, content: str) -> None:
    """Anything else given as a key file ends in a sentence."""
    (tmp_path / "key.json").write_text(content, "utf-8")
    given = ("--key-file", tmp_path / "key.json", "--out", tmp_path / "out.json")
    assert run("sealed", "copy", *given, typed="mật khẩu dài dài\n") == 1


def test_the_commands_of_the_server_switch_tell_and_export(
    tmp_path: Path, run: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On, a key, a report; its bundle opens with that key and holds no sender; off, and what is sealed stays."""
    monkeypatch.setenv("HOIAM_DATA_DIR", str(tmp_path / "data"))
    assert run("sealed", "on") == 0
    assert "no body has a key" in capsys.readouterr().out

    async def prepare(desk: Desk) -> str:
        def step(unit: StoredWork) -> str:
            put_in_force(unit, key_id(public_of(PRIVATE)), b64(public_of(PRIVATE)))
            chat = unit.chats.load(Address("web", "somebody"))
            chat.locality = "xa-mau"
            unit.chats.save(chat)
            draft = a_draft(text=STORY, subject=Subject.OFFICIAL, topic="official.extortion", posts=("ct_ubnd",))
            return submit(unit, desk.rulebook.rules, chat, draft, unit.now).case.code

        return await desk.office.write(step)

    code = at_desk(prepare)
    assert run("sealed", "status") == 0
    assert "agreed" in capsys.readouterr().out
    assert run("sealed", "export", code, "--out", tmp_path / "bundle.json") == 0
    assert [head["told"].get("text") for head, _ in opened_bundle((tmp_path / "bundle.json").read_text())] == [STORY]
    assert run("sealed", "off") == 0
    assert "does not seal" in capsys.readouterr().out
    assert run("sealed", "export", "PA-2026-999999", "--out", tmp_path / "none.json") == 1


def test_vendored_libsodium_is_the_published_one() -> None:
    """The files served are those whose hashes stand in the licence note."""
    static = Path(__file__).parents[2] / "web" / "static"
    told = (static / "libsodium-LICENSE.txt").read_text("utf-8")
    for name in ("libsodium.js", "libsodium-wrappers.js"):
        assert hashlib.sha256((static / name).read_bytes()).hexdigest() in told
