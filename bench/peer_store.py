"""What both peers do with a finished report: one row, one SQLite commit with `synchronous=FULL`."""

from __future__ import annotations

import sqlite3
from pathlib import Path

QUESTIONS = {
    "topic": (
        "Việc này thuộc mục nào?",
        ("Chất lượng công trình", "Đường sá, cầu cống", "Mục khác", "⬅ Quay lại", "✖ Hủy"),
    ),
    "work": (
        "Công trình, dự án nào ạ? Bà con chọn trong danh sách hoặc ghi tên.",
        ("Đường bê tông Thôn 2", "Nhà văn hóa Thôn 1", "Công trình khác", "Bỏ qua", "⬅ Quay lại", "✖ Hủy"),
    ),
    "when": (
        "Việc xảy ra khi nào?",
        ("Đang xảy ra", "Hôm nay", "Hôm qua", "Trong tuần này", "Đã lâu", "Bỏ qua", "⬅ Quay lại", "✖ Hủy"),
    ),
    "evidence": (
        "Bà con có ảnh, video hay giấy tờ gì không? Gửi tối đa 10 tệp, hoặc bấm Bỏ qua.",
        ("Bỏ qua", "⬅ Quay lại", "✖ Hủy"),
    ),
    "confirm": (
        "Tóm tắt phản ánh\nNội dung: {story}\nMục: {topic}\nVề: {work}\nThời gian: {when}\nBằng chứng: {evidence}\n"
        "Nơi nhận: Ban Giám sát đầu tư của cộng đồng\nNơi trả lời: Ủy ban nhân dân xã\n\nBà con xem đã đúng chưa?",
        ("✔ Gửi", "Sửa", "Ai không được xem?", "Để lại tên, số điện thoại", "✖ Hủy"),
    ),
}
"""What each state asks and the answers offered: as long as ours."""

RECEIPT = (
    "Đã nhận phản ánh số PA-{number:06d}. Nơi tiếp nhận: Ban Giám sát đầu tư của cộng đồng. "
    "Trong 3 ngày làm việc bà con sẽ được báo nơi chuyển đến; cơ quan có trách nhiệm trả lời bằng văn bản trong "
    "20 ngày làm việc.\nMã biên nhận: {code}"
)


class Reports:
    """The peers' only table."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.execute("PRAGMA synchronous=FULL")
        columns = "story TEXT, topic TEXT, work TEXT, happened TEXT, evidence TEXT"
        self._database.execute(
            f"CREATE TABLE IF NOT EXISTS report (id INTEGER PRIMARY KEY, chat INTEGER, {columns}, at TEXT)"
        )

    def add(self, chat: int, data: dict[str, str]) -> int:
        """Store one report and return its number, after the commit."""
        values = (chat, data["story"], data["topic"], data["work"], data["when"], data["evidence"])
        row = self._database.execute(
            "INSERT INTO report (chat, story, topic, work, happened, evidence, at) "
            "VALUES (?, ?, ?, ?, ?, ?, datetime('now'))",
            values,
        )
        return row.lastrowid or 0
