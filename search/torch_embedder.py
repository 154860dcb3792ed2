"""Embeddings with sentence-transformers: any local or hub model, at the price of torch."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from search.model_files import (
    QUERY_TOKENS,
    EmbedderUnavailable,
    Prompts,
    clean_text,
    identity,
    model_prompts,
)

BATCH = 4

Vectors = NDArray[np.float32]


class SentenceTransformerEmbedder:
    """A sentence-transformers model by directory or hub name, behind the Embedder protocol."""

    def __init__(
        self,
        model: str,
        *,
        threads: int = 1,
        query_prompt: str | None = None,
        passage_prompt: str | None = None,
        revision: str | None = None,
    ) -> None:
        """Loads at once. Raises EmbedderUnavailable when it cannot be had."""
        self._name = model
        self._model = load_sentence_transformer(model, revision=revision, threads=threads)
        own = model_prompts({"prompts": dict(self._model.prompts or {})})
        self._prompts = Prompts(
            own.query if query_prompt is None else query_prompt,
            own.passage if passage_prompt is None else passage_prompt,
        )
        self._max_tokens = int(self._model.max_seq_length or 512)
        self._lock = threading.Lock()

    @cached_property
    def dimensions(self) -> int:
        """Length of a vector."""
        return int(self._encode(["x"], "", self._max_tokens).shape[1])

    @cached_property
    def fingerprint(self) -> str:
        """Changes whenever vectors would: weights, steps, prompts, length limit."""
        settings = (
            "sentence-transformers",
            self._prompts.query,
            self._prompts.passage,
            str(self._max_tokens),
            repr(self._model),
            _weights_identity(self._model),
        )
        return identity(settings)

    def warm(self) -> None:
        """Run once, so that the first question does not wait."""
        self.encode_queries(["warm"])

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """One unit vector a text: float32 (len(texts), dimensions)."""
        return self._encode(texts, self._prompts.query, QUERY_TOKENS)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """One unit vector a text: float32 (len(texts), dimensions)."""
        return self._encode(texts, self._prompts.passage, self._max_tokens)

    def _encode(self, texts: Sequence[str], prompt: str, most: int) -> Vectors:
        if not texts:
            return np.zeros((0, self.dimensions), np.float32)
        # The limit is the model's, not the call's.
        with self._lock:
            self._model.max_seq_length = min(most, self._max_tokens)
            vectors = self._model.encode(
                [clean_text(text, most) for text in texts],
                prompt=prompt,
                batch_size=BATCH,
                show_progress_bar=False,
                convert_to_numpy=True,
                normalize_embeddings=True,
            )
        return np.asarray(vectors, dtype=np.float32)


def load_sentence_transformer(model: str, *, revision: str | None = None, threads: int = 1) -> Any:
    """The library's own model object in single precision on the CPU, its prompts untouched.

    Raises EmbedderUnavailable when the library or the model is not there.
    """
    # The tokenizer's own threads do not survive the fork of a worker.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    try:
        import torch
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise EmbedderUnavailable(
            f"The model {model} needs sentence-transformers, which a lean installation leaves out. "
            "Run ./scripts/serve without --lean, or use a model exported with `kb model export`."
        ) from error
    torch.set_num_threads(threads)
    try:
        return SentenceTransformer(
            model,
            device="cpu",
            revision=revision,
            trust_remote_code=False,
            model_kwargs={"dtype": torch.float32},
        )
    except Exception as error:  # OSError offline; damaged files raise errors of many kinds
        raise EmbedderUnavailable(
            f"The model {model} cannot be loaded ({_reason(error)}). Check the name in "
            "KB_EMBEDDING_MODEL and the network, or run ./scripts/fetch_model and leave "
            "KB_EMBEDDING_MODEL unset for the default model."
        ) from error


def _weights_identity(model: Any) -> str:
    """Hash of every parameter's bytes, so that a name or a path does not matter."""
    import hashlib

    import torch

    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        flat = tensor.detach().cpu().contiguous().reshape(-1)
        digest.update(f"{name} {tuple(tensor.shape)} {tensor.dtype}".encode())
        digest.update(flat.view(torch.uint8).numpy())
    return digest.hexdigest()


def _reason(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]
