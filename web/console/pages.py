"""Every page of the console, hung into the shell: one line each."""

from __future__ import annotations

from web.console.account import add_account
from web.console.appeals import add_appeals
from web.console.audit import add_audit
from web.console.case import add_case
from web.console.deadlines import add_deadlines
from web.console.disclosure import add_disclosure
from web.console.door import add_door
from web.console.door_check import Checks
from web.console.emergency import add_emergency
from web.console.export import add_export
from web.console.figures import add_figures
from web.console.file_view import add_file_view
from web.console.home import add_home
from web.console.hooks import add_hooks
from web.console.identity import add_identity
from web.console.inbox import add_inbox
from web.console.map import add_map
from web.console.papers import add_papers
from web.console.publish import add_publish
from web.console.publish_open311 import add_open311_keys
from web.console.registers import add_registers
from web.console.reports import add_reports
from web.console.reports_steps import add_report_steps
from web.console.sealed import add_sealed
from web.console.sealed_keys import add_sealed_keys
from web.console.settings_all import add_rules
from web.console.shell import Console
from web.console.tokens import add_tokens


def add_pages(console: Console) -> None:
    """Hang in all pages."""
    checks = Checks(console)
    add_home(console)
    add_door(console, checks)
    add_account(console, checks)
    add_case(console)
    add_file_view(console)
    add_identity(console)
    add_sealed(console)
    add_sealed_keys(console)
    add_papers(console)
    add_inbox(console)
    add_appeals(console)
    add_publish(console)
    add_disclosure(console)
    add_open311_keys(console)
    add_rules(console)
    add_figures(console)
    add_deadlines(console)
    add_map(console)
    add_reports(console)
    add_report_steps(console)
    add_registers(console)
    add_export(console)
    add_tokens(console)
    add_hooks(console)
    add_audit(console)
    add_emergency(console)
