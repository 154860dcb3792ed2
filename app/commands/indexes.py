"""`kb reindex`: bringing the search index up to date."""

from __future__ import annotations

import click

from app.commands.printing import (
    json_option,
    named_errors,
    print_json,
    progress_bars,
    progress_option,
)
from app.commands.workplace import open_search, open_workplace

_TURN_SECONDS = 600.0


@click.command("reindex")
@click.option("--all", "everything", is_flag=True, help="Make the whole index anew.")
@json_option
@progress_option
@named_errors
def reindex_command(everything: bool, as_json: bool, shows_progress: bool | None) -> None:
    """Carry what was published to the search index; search goes on meanwhile.

    Without --all only what waits in the outbox is carried, unless the index is damaged or was made
    with another model.
    """
    from app.indexing import finish_indexing, indexing_turn, rebuild_index

    with (
        open_workplace() as place,
        progress_bars(shows_progress) as progress,
        open_search(place.settings) as index,
    ):
        if everything:
            with indexing_turn(place.settings, timeout=_TURN_SECONDS):
                rebuild_index(place.sessions, index, progress=progress)
        carried = finish_indexing(place.settings, place.sessions, index, progress=progress)
        index.refresh()  # it looks for what was written only now and then
        state = index.state()
    outcome = {
        "carried": carried,
        "documents": state.documents,
        "passages": state.passages,
        "engine": state.engine,
        "generation": state.generation,
        "revision": state.revision,
        "degraded": state.degraded,
    }
    if as_json:
        print_json(outcome)
        return
    click.echo(f"{state.documents} documents, {state.passages} passages, {state.engine}")
    if state.degraded:
        click.echo(f"degraded: {state.degraded}")
