"""What a model directory says about itself: prompts, limits, pooling, and which bytes it is.

The directory is laid out as sentence-transformers saves it; an ONNX file inside makes it
servable without sentence-transformers.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Pooling = Literal["mean", "cls"]

QUERY_TOKENS = 80
"""Tokens of a question that are read: 320 Latin or 115 Chinese, Japanese or Korean characters. Each
takes a quarter of a millisecond, and somebody may be typing the next key."""
ONNX_NAMES = ("onnx/model_q4.onnx", "onnx/model.onnx", "model.onnx")
"""Where the ONNX file may be; the first that is there is taken."""
DEFAULT_MAX_TOKENS = 512
MAX_CHARACTERS_PER_TOKEN = 64
"""Text past max_tokens * this is never read: no vocabulary has tokens that long on average."""

_BLANKS_AND_CONTROLS = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")


class EmbedderUnavailable(Exception):
    """No usable embedding model; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Prompts:
    """Text put before a query and before a passage, as the model was trained with."""

    query: str = ""
    passage: str = ""


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """A model directory that can be served with ONNX Runtime."""

    directory: Path
    onnx: Path
    prompts: Prompts
    max_tokens: int
    pooling: Pooling | None
    """How to pool when the graph gives token vectors; None = unknown."""
    normalise: bool
    dimensions: int | None
    """As the settings say; None = only the graph knows."""


def clean_text(text: str, max_tokens: int = DEFAULT_MAX_TOKENS) -> str:
    """Text that any tokenizer takes: no lone surrogates, no controls, single blanks, bounded.

    Blanks are collapsed because the tokenizers of the two runtimes differ on them only.
    """
    paired = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    collapsed = _BLANKS_AND_CONTROLS.sub(" ", paired).strip()
    return collapsed[: max_tokens * MAX_CHARACTERS_PER_TOKEN].rstrip()


def read_model_files(
    directory: Path, *, query_prompt: str | None = None, passage_prompt: str | None = None
) -> ModelFiles:
    """Read a directory's settings; a prompt given here replaces the model's own.

    Raises EmbedderUnavailable when it is not there, incomplete or unreadable.
    """
    if not directory.is_dir():
        raise EmbedderUnavailable(
            f"There is no embedding model at {directory}. Run ./scripts/fetch_model, "
            "or set KB_EMBEDDING_MODEL to a model that is there."
        )
    onnx = find_onnx(directory)
    if onnx is None or not (directory / "tokenizer.json").is_file():
        raise EmbedderUnavailable(
            f"The embedding model at {directory} has no ONNX file with a tokenizer.json. "
            "Run `kb model export` on it, or ./scripts/fetch_model for the default model."
        )
    found = model_prompts(_read_json(directory / "config_sentence_transformers.json"))
    modules = _modules(directory)
    pooling, dimensions = _pooling(directory, modules)
    return ModelFiles(
        directory=directory,
        onnx=onnx,
        prompts=Prompts(
            found.query if query_prompt is None else query_prompt,
            found.passage if passage_prompt is None else passage_prompt,
        ),
        max_tokens=_max_tokens(directory),
        pooling=pooling,
        normalise=any(kind == "Normalize" for kind, _ in modules),
        dimensions=dimensions,
    )


def find_onnx(directory: Path) -> Path | None:
    """The directory's ONNX file, the smallest form first; None if there is none."""
    return next((directory / name for name in ONNX_NAMES if (directory / name).is_file()), None)


def model_prompts(settings: dict[str, Any]) -> Prompts:
    """Prompts out of a config_sentence_transformers.json; "passage" is an older "document"."""
    named = settings.get("prompts")
    if not isinstance(named, dict):
        return Prompts()
    passage = named.get("document") or named.get("passage") or ""
    return Prompts(str(named.get("query") or ""), str(passage))


def identity(parts: Iterable[str], files: Iterable[Path] = ()) -> str:
    """A short stable name for settings and file contents together."""
    digest = hashlib.sha256()
    for part in parts:
        encoded = part.encode("utf-8", "surrogatepass")
        digest.update(len(encoded).to_bytes(8, "little") + encoded)
    for path in files:
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:32]


def external_data(onnx: Path) -> list[Path]:
    """Weight files that lie beside an ONNX file because it would be too large with them."""
    return sorted(onnx.parent.glob(f"{onnx.name}*data"))


def _modules(directory: Path) -> list[tuple[str, str]]:
    """(class name, folder) of each step of the model, from modules.json."""
    entries = _read_json(directory / "modules.json", default=[])
    return [
        (str(entry.get("type", "")).rsplit(".", 1)[-1], str(entry.get("path", "")))
        for entry in entries
        if isinstance(entry, dict)
    ]


def _pooling(directory: Path, modules: list[tuple[str, str]]) -> tuple[Pooling | None, int | None]:
    pooling: Pooling | None = None
    dimensions: int | None = None
    for kind, folder in modules:
        settings = _read_json(directory / folder / "config.json") if folder else {}
        if kind == "Pooling":
            pooling = _pooling_mode(settings)
            width = settings.get("word_embedding_dimension", settings.get("embedding_dimension"))
            dimensions = int(width) if width and pooling else None
        elif kind == "Dense":
            pooling, dimensions = None, int(settings.get("out_features", 0)) or None
    return pooling, dimensions


def _pooling_mode(settings: dict[str, Any]) -> Pooling | None:
    """Old settings have a flag for each mode, new ones name one."""
    modes = {
        name.removeprefix("pooling_mode_").removesuffix("_tokens").removesuffix("_token")
        for name, value in settings.items()
        if name.startswith("pooling_mode_") and value is True
    }
    named = settings.get("pooling_mode")
    if isinstance(named, str):
        modes.add(named)
    if modes == {"mean"}:
        return "mean"
    return "cls" if modes == {"cls"} else None


def _max_tokens(directory: Path) -> int:
    candidates = (
        _read_json(directory / "sentence_bert_config.json").get("max_seq_length"),
        _read_json(directory / "tokenizer_config.json").get("model_max_length"),
        _read_json(directory / "config.json").get("max_position_embeddings"),
    )
    # Some tokenizers say 10**30 for "no limit"; that is not a limit.
    usable = [int(each) for each in candidates if isinstance(each, int) and 2 < each < 1 << 20]
    return usable[0] if usable else DEFAULT_MAX_TOKENS


def _read_json(path: Path, default: Any = None) -> Any:
    """Content of an optional settings file; damaged is an error, absent is the default."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {} if default is None else default
    except (OSError, ValueError) as error:
        raise EmbedderUnavailable(
            f"The embedding model's {path.name} cannot be read ({error}). "
            "Run ./scripts/fetch_model to make the model anew."
        ) from error
