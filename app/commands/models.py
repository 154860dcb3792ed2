"""`kb model`: embedding models."""

from __future__ import annotations

from pathlib import Path

import click

from app.commands.printing import (
    CommandFailed,
    json_option,
    named_errors,
    print_json,
    progress_bars,
    progress_option,
)
from app.settings import Settings


@click.group("model")
def model_group() -> None:
    """Handle embedding models."""


@model_group.command("export")
@click.argument("model")
@click.option(
    "--to",
    "destination",
    type=click.Path(path_type=Path),
    help="Folder to write; by default the model's name under KB_MODELS_DIR.",
)
@json_option
@progress_option
@named_errors
def export_model_command(
    model: str, destination: Path | None, as_json: bool, shows_progress: bool | None
) -> None:
    """Turn MODEL into the ONNX form that is served without torch.

    MODEL is a folder as sentence-transformers saves it, or a hub name such as BAAI/bge-m3. The
    export is accepted only if it gives the same vectors as the original.
    """
    target = (destination or _default_destination(model)).absolute()
    if target.exists():
        raise CommandFailed(f"{target} exists; name another folder with --to.")
    # Loads torch, which takes seconds.
    from search.pretrained.export import ExportRefused, export_model

    try:
        with progress_bars(shows_progress) as progress:
            export_model(model, target, progress=progress)
    except ExportRefused as error:
        raise CommandFailed(f"{model} cannot be exported: {error}") from error
    if as_json:
        print_json({"model": model, "directory": str(target)})
    else:
        click.echo(f"exported {model} to {target}")


def _default_destination(model: str) -> Path:
    folder = Path(model).expanduser()
    name = folder.resolve().name if folder.is_dir() else model
    return Settings.from_env().models_dir / name
