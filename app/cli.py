"""The command line: `kb ...`, and the same commands as `flask --app app ...`."""

from __future__ import annotations

import importlib
import importlib.metadata
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from flask import Flask

COMMANDS = {
    "serve": "serving:serve_command",
    "migrate": "upkeep:migrate_command",
    "import": "folders:import_command",
    "import-from": "importing_from:import_from_command",
    "export": "folders:export_command",
    "sync": "syncing:sync_command",
    "conflicts": "syncing:conflicts_group",
    "reindex": "indexes:reindex_command",
    "search": "questions:search_command",
    "suggest": "questions:suggest_command",
    "evaluate": "evaluate:evaluate_command",
    "calibrate": "calibrate:calibrate_command",
    "report": "reports:report_group",
    "freshness": "freshness:freshness_group",
    "links": "links:links_command",
    "notice": "notices:notice_group",
    "ticket": "tickets:ticket_group",
    "user": "users:user_group",
    "grant": "grants:grant_group",
    "token": "tokens:token_group",
    "site": "sites:site_group",
    "widget": "widget:widget_group",
    "brand": "look:brand_command",
    "doctor": "upkeep:doctor_command",
    "backup": "upkeep:backup_command",
    "restore": "upkeep:restore_command",
    "model": "models:model_group",
}
"""Name -> module of app.commands and attribute."""


class _LazyGroup(click.Group):
    """Imports a command when it is asked for, so that each waits for its own imports only."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return load_command(cmd_name) if cmd_name in COMMANDS else None


@click.group(
    "kb",
    cls=_LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Settings are KB_* environment variables; the README lists them.",
)
@click.version_option(importlib.metadata.version("kotae"), prog_name="kb")
def main() -> None:
    """Kotae, a self-service knowledge base: Markdown in, answers out."""


def load_command(name: str) -> click.Command:
    """The command called `name`, a key of COMMANDS."""
    module, _, attribute = COMMANDS[name].partition(":")
    command = getattr(importlib.import_module(f"app.commands.{module}"), attribute)
    if not isinstance(command, click.Command):
        raise TypeError(f"app.commands.{COMMANDS[name]} is not a command")
    return command


class _Deferred(click.Command):
    """Stands for a command in another group until it is called: a server never imports it."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        return load_command(str(self.name)).make_context(info_name, args, parent, **extra)

    def get_short_help_str(self, limit: int = 45) -> str:
        return load_command(str(self.name)).get_short_help_str(limit)


def register_commands(app: Flask) -> None:
    """Make every command available as `flask --app app <command>`."""
    for name in COMMANDS:
        app.cli.add_command(_Deferred(name))


if __name__ == "__main__":
    main(prog_name="kb")
