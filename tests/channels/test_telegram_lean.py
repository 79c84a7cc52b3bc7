"""aiogram loaded sparingly is still aiogram, and other libraries' models are left alone."""

from __future__ import annotations

import subprocess
import sys

import pytest
from pydantic import BaseModel

from bot.channels.telegram_lean import load_aiogram

EVERY_MODEL = """
from bot.channels.telegram_lean import load_aiogram
load_aiogram()
import inspect, aiogram.methods, aiogram.types, pydantic
for package in (aiogram.types, aiogram.methods):
    for name in package.__all__:
        model = getattr(package, name)
        if inspect.isclass(model) and issubclass(model, pydantic.BaseModel):
            model.__pydantic_validator__.title
            model.model_rebuild()
            assert model.__pydantic_complete__, name
"""


def test_a_model_we_never_use_is_built_when_asked_for() -> None:
    """Types, and methods that refer to types by name."""
    load_aiogram()
    from aiogram.methods import SendMessage
    from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

    keys = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="Có", callback_data="y")]])
    assert SendMessage(chat_id=1, text="a", reply_markup=keys).reply_markup == keys


def test_other_models_are_rebuilt_as_ever() -> None:
    """The borrowed method is given back."""
    load_aiogram()

    class Late(BaseModel):
        other: Early | None = None

    class Early(BaseModel):
        word: str

    assert Late.model_rebuild(_types_namespace={"Early": Early}) is True


@pytest.mark.slow
def test_every_model_of_aiogram_can_be_built() -> None:
    """All of them, in a process of their own."""
    assert subprocess.run([sys.executable, "-c", EVERY_MODEL], check=False).returncode == 0
