"""Which channels this installation has: one line each. A new channel is one file beside these and one line here."""

from __future__ import annotations

from bot.channels.base import Alarm, Channel, TokenPair
from bot.clock import Clock
from bot.settings import Settings
from bot.settings_checks import networks
from storage.tokens import StoredTokens
from storage.work import Office


def build_channels(settings: Settings, office: Office, clock: Clock, alarm: Alarm) -> dict[str, Channel]:
    """The configured channels by name. Modules are imported only for those that are configured: they are heavy."""
    found: list[Channel] = []
    if settings.telegram_token.get_secret_value():
        found.append(_telegram(settings, clock, alarm))
    if settings.zalo_oa_on:
        found.append(_zalo_oa(settings, office, clock, alarm))
    if settings.zalo_bot_token.get_secret_value():
        found.append(_zalo_bot(settings, clock, alarm))
    found.append(_hooks(settings, office, clock))
    return {channel.name: channel for channel in found}


def _telegram(settings: Settings, clock: Clock, alarm: Alarm) -> Channel:
    from bot.channels.telegram import Telegram

    return Telegram(
        settings.telegram_token.get_secret_value(),
        api=settings.telegram_api,
        webhook_secret=settings.telegram_webhook_secret.get_secret_value(),
        old_webhook_secret=settings.telegram_webhook_secret_old.get_secret_value(),
        webhook_url=f"{settings.address}/webhook/telegram" if settings.telegram_mode == "webhook" else "",
        mode=settings.telegram_mode,
        clock=clock,
        alarm=alarm,
    )


def _zalo_oa(settings: Settings, office: Office, clock: Clock, alarm: Alarm) -> Channel:
    from bot.channels.zalo_oa import ZaloOA

    templates = {"case_news": settings.zalo_template_id_case_news}
    return ZaloOA(
        app_id=settings.zalo_oa_app_id,
        app_secret=settings.zalo_oa_app_secret.get_secret_value(),
        secret_key=settings.zalo_oa_secret_key.get_secret_value(),
        old_secret_key=settings.zalo_oa_secret_key_old.get_secret_value(),
        tokens=StoredTokens(office, f"zalo-oa:{settings.zalo_oa_app_id}", TokenPair),
        clock=clock,
        alarm=alarm,
        access_token=settings.zalo_oa_access_token.get_secret_value(),
        refresh_token=settings.zalo_oa_refresh_token.get_secret_value(),
        api=settings.zalo_oa_api,
        oauth_api=settings.zalo_oauth_api,
        business_api=settings.zalo_business_api,
        templates={name: vendor_id for name, vendor_id in templates.items() if vendor_id},
        per_second=settings.zalo_oa_per_second,
    )


def _hooks(settings: Settings, office: Office, clock: Clock) -> Channel:
    from bot.channels.hooks import Hooks

    return Hooks(office, clock, networks(settings.hooks_allow))


def _zalo_bot(settings: Settings, clock: Clock, alarm: Alarm) -> Channel:
    from bot.channels.zalo_bot import ZaloBot

    return ZaloBot(
        token=settings.zalo_bot_token.get_secret_value(),
        clock=clock,
        alarm=alarm,
        api=settings.zalo_bot_api,
        mode=settings.zalo_bot_mode,
        webhook_secret=settings.zalo_bot_webhook_secret.get_secret_value(),
        old_webhook_secret=settings.zalo_bot_webhook_secret_old.get_secret_value(),
        webhook_url=f"{settings.address}/webhook/zalo-bot" if settings.zalo_bot_mode == "webhook" else "",
        per_second=settings.zalo_bot_per_second,
    )
