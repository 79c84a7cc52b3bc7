"""Loads aiogram without building the hundreds of models that this bot never meets.

On import aiogram builds all of its 444 types, each with everything it refers to: 2.6 s of processor time and 105 MB.
Here each is built when it is first used, as its own `defer_build` asks. Should a later aiogram stop building on import,
this changes nothing.
"""

from __future__ import annotations

import sys
from typing import Any

from pydantic import BaseModel


def load_aiogram() -> None:
    """Import aiogram, once a process, with its types unbuilt. Other libraries' models are left as they are."""
    if "aiogram" in sys.modules:
        return
    whole = BaseModel.__dict__["model_rebuild"]

    def sparing(model: type[BaseModel], /, *args: Any, **options: Any) -> Any:
        if model.__module__.startswith("aiogram.types."):
            return None
        return whole.__func__(model, *args, **options)

    setattr(BaseModel, "model_rebuild", classmethod(sparing))  # noqa: B010 mypy knows it as a method
    try:
        from aiogram import types
        from aiogram.methods.base import TelegramMethod
        from aiogram.types.base import TelegramObject
    finally:
        setattr(BaseModel, "model_rebuild", whole)  # noqa: B010

    def on_demand(model: type[BaseModel], /, **options: Any) -> Any:
        """Their modules import each other for type checking only: the names are in the package."""
        return whole.__func__(model, **{"_types_namespace": vars(types)} | options)

    for base in (TelegramObject, TelegramMethod):
        setattr(base, "model_rebuild", classmethod(on_demand))  # noqa: B010
    types.Update.model_validate({"update_id": 0})  # built here rather than at the first resident's first word
