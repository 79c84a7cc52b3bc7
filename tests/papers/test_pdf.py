"""PDF through LibreOffice or Chromium: right pages and fonts, killed in time, a named fault where nothing is there."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from cases.papers import Paper
from papers.pdf import PdfFault, browser_path, office_path, to_pdf
from tests.papers.kit import made

OFFICE = pytest.mark.skipif(not office_path(), reason="LibreOffice is not installed: libreoffice-writer-nogui")
BROWSER = pytest.mark.skipif(not browser_path(), reason="Chromium is not installed")
LOOK = pytest.mark.skipif(not shutil.which("pdftotext"), reason="poppler-utils is not installed")


def poppler(tool: str, pdf: bytes, folder: Path, *options: str) -> str:
    """What one of poppler's tools says of a PDF."""
    path = folder / "paper.pdf"
    path.write_bytes(pdf)
    command = [tool, *options, str(path), *(["-"] if tool == "pdftotext" else [])]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def stub(folder: Path, script: str) -> str:
    """A program that stands in for LibreOffice."""
    path = folder / "soffice"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


@OFFICE
@LOOK
@pytest.mark.parametrize("paper", Paper)
async def test_every_paper_opens_in_libreoffice_whole(paper: Paper, tmp_path: Path) -> None:
    """The national name on one line, every accent, one or two pages, in the metric of Times New Roman."""
    pdf = await to_pdf(made(paper), browser="")
    told = poppler("pdftotext", pdf, tmp_path, "-layout")
    fonts = poppler("pdffonts", pdf, tmp_path)
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in told
    assert told.count("\f") <= 2
    assert {line.split()[0].partition("+")[2].split("-")[0] for line in fonts.splitlines()[2:]} <= {
        "LiberationSerif",
        "TimesNewRomanPS",
        "TimesNewRomanPSMT",
    }


@OFFICE
@LOOK
async def test_a_draft_bears_its_watermark_in_pdf(tmp_path: Path) -> None:
    """Drawn as a shape, so the file differs; the words of the paper stay the same."""
    draft, final = await to_pdf(made(Paper.FORWARDING, None)), await to_pdf(made(Paper.FORWARDING))
    assert "Số: ....../MTTQ-BTT" in poppler("pdftotext", draft, tmp_path, "-layout")
    assert abs(len(draft) - len(final)) > 200


@BROWSER
@LOOK
async def test_chromium_prints_where_libreoffice_is_absent(tmp_path: Path) -> None:
    """The same words."""
    pdf = await to_pdf(made(Paper.RESULT), office="")
    told = " ".join(poppler("pdftotext", pdf, tmp_path).split())
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in told
    assert "Kết quả giải quyết phản ánh, kiến nghị" in told


async def test_a_machine_without_either_says_so() -> None:
    """A named fault; Word is always there."""
    with pytest.raises(PdfFault) as told:
        await to_pdf(b"x", office="", browser="")
    assert told.value.code == "absent"


async def test_a_child_that_hangs_is_killed_with_its_children(tmp_path: Path) -> None:
    """After its time, and nothing of it is left."""
    mark = tmp_path / "child"
    program = stub(tmp_path, f"sleep 300 & echo $! > {mark}; wait")
    with pytest.raises(PdfFault) as told:
        await to_pdf(b"x", 1.0, office=program)
    assert told.value.code == "slow"
    assert not alive(int(mark.read_text()))


@pytest.mark.parametrize("script", ["exit 0", "exit 1"])
async def test_a_child_that_makes_nothing_is_a_fault(tmp_path: Path, script: str) -> None:
    """Whatever it says of itself."""
    with pytest.raises(PdfFault) as told:
        await to_pdf(b"x", office=stub(tmp_path, script))
    assert told.value.code == "failed"


async def test_a_child_knows_nothing_of_our_surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No secret of the environment reaches it."""
    monkeypatch.setenv("HOIAM_TELEGRAM_TOKEN", "secret")
    seen = tmp_path / "seen"
    with pytest.raises(PdfFault):
        await to_pdf(b"x", office=stub(tmp_path, f"env > {seen}"))
    assert "secret" not in seen.read_text()


def alive(process: int) -> bool:
    """Whether a process runs; one that has ended and only waits to be noticed does not."""
    try:
        os.kill(process, 0)
        return "(sleep) Z" not in Path(f"/proc/{process}/stat").read_text()
    except (ProcessLookupError, FileNotFoundError):
        return False
