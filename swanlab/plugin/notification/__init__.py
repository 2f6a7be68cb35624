"""Callbacks that tell people how a run ended; one file per service."""

from __future__ import annotations

from swanlab.plugin.notification.bark import BarkCallback
from swanlab.plugin.notification.base import NotificationCallback
from swanlab.plugin.notification.dingtalk import DingTalkCallback
from swanlab.plugin.notification.discord import DiscordCallback
from swanlab.plugin.notification.email import EmailCallback
from swanlab.plugin.notification.lark import LarkCallback
from swanlab.plugin.notification.print import PrintCallback
from swanlab.plugin.notification.slack import SlackCallback
from swanlab.plugin.notification.telegram import TelegramCallback
from swanlab.plugin.notification.webhook import WebhookCallback
from swanlab.plugin.notification.wecom import WeComCallback, WXWorkCallback

__all__ = [
    "BarkCallback",
    "DingTalkCallback",
    "DiscordCallback",
    "EmailCallback",
    "LarkCallback",
    "NotificationCallback",
    "PrintCallback",
    "SlackCallback",
    "TelegramCallback",
    "WXWorkCallback",
    "WeComCallback",
    "WebhookCallback",
]
