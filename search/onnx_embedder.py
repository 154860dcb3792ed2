"""Embeddings with onnxruntime and tokenizers: what the server runs. torch is never imported."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from search.model_files import (
    EmbedderUnavailable,
    ModelFiles,
    Pooling,
    clean_text,
    external_data,
    identity,
    read_model_files,
)

BATCH = 4
"""Larger batches cost more time and memory on a CPU: padding grows, caches do not."""
QUERY_TOKENS = 80
"""Tokens of a question that are read: 320 Latin or 115 Chinese, Japanese or Korean characters. Each
takes a quarter of a millisecond, and somebody may be typing the next key."""
SENTENCE_OUTPUT = "sentence_embedding"
TOKEN_OUTPUT = "last_hidden_state"

Vectors = NDArray[np.float32]


class OnnxEmbedder:
    """A model directory with an ONNX file, behind the Embedder protocol.

    The tokenizer is loaded at once, so that a server can load it before it forks its workers
    and share the memory; the session is made at first use, in the process that uses it.
    Safe for several threads.
    """

    def __init__(
        self,
        directory: Path,
        *,
        threads: int = 1,
        query_prompt: str | None = None,
        passage_prompt: str | None = None,
    ) -> None:
        """Raises EmbedderUnavailable when the model is missing, damaged or of an unknown kind."""
        self._files = read_model_files(
            directory, query_prompt=query_prompt, passage_prompt=passage_prompt
        )
        self._threads = threads
        self._tokenizer = _load_tokenizer(self._files)
        self._lock = threading.Lock()
        self._session: Any = None
        self._session_process = 0

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return self._files.dimensions or int(self._output().shape[-1])

    @cached_property
    def fingerprint(self) -> str:
        """Changes whenever vectors would: weights, tokenizer, prompts, pooling, length limit."""
        files = self._files
        settings = (
            "onnx",
            files.prompts.query,
            files.prompts.passage,
            str(files.pooling),
            str(files.normalise),
            str(files.max_tokens),
        )
        weights = [files.onnx, *external_data(files.onnx), files.directory / "tokenizer.json"]
        return identity(settings, weights)

    def warm(self) -> None:
        """Do the slow first steps now: make the session and run it once."""
        self.encode_queries(["warm"])

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """One unit vector a text: float32 (len(texts), dimensions)."""
        return self._encode(texts, self._files.prompts.query, QUERY_TOKENS)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """One unit vector a text: float32 (len(texts), dimensions)."""
        return self._encode(texts, self._files.prompts.passage, self._files.max_tokens)

    def _encode(self, texts: Sequence[str], prompt: str, most: int) -> Vectors:
        tokens = [self._tokens(prompt + clean_text(text, most)) for text in texts]
        # The last token closes a text, wherever it is cut.
        tokens = [ids if len(ids) <= most else ids[: most - 1] + ids[-1:] for ids in tokens]
        vectors = np.zeros((len(texts), self.dimensions), np.float32)
        by_length = sorted(range(len(tokens)), key=lambda index: len(tokens[index]))
        for start in range(0, len(by_length), BATCH):
            rows = by_length[start : start + BATCH]
            vectors[rows] = self._run([tokens[row] for row in rows])
        return vectors

    def _tokens(self, text: str) -> list[int]:
        # One at a time: encode_batch would start the library's threads, which do not survive
        # the fork of a worker.
        ids: list[int] = self._tokenizer.encode(text).ids
        return ids

    def _run(self, batch: Sequence[list[int]]) -> Vectors:
        session = self._ready_session()
        length = max(1, max(len(ids) for ids in batch))
        ids = np.zeros((len(batch), length), np.int64)
        mask = np.zeros((len(batch), length), np.int64)
        for row, tokens in enumerate(batch):
            ids[row, : len(tokens)] = tokens
            mask[row, : len(tokens)] = 1
        offered = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        wanted = {each.name for each in session.get_inputs()}
        feed = {name: values for name, values in offered.items() if name in wanted}
        name = _output_name(session)
        (raw,) = session.run([name], feed)
        if name != SENTENCE_OUTPUT:
            raw = _pool(raw, mask, self._files.pooling)
        return _unit_length(raw)

    def _output(self) -> Any:
        session = self._ready_session()
        name = _output_name(session)
        return next(each for each in session.get_outputs() if each.name == name)

    def _ready_session(self) -> Any:
        process = os.getpid()
        if self._session is not None and self._session_process == process:
            return self._session
        with self._lock:
            if self._session is None or self._session_process != process:
                session = _make_session(self._files, self._threads)
                self._check(session)
                self._session, self._session_process = session, process
        return self._session

    def _check(self, session: Any) -> None:
        name = _output_name(session)
        if name != SENTENCE_OUTPUT and self._files.pooling is None:
            raise EmbedderUnavailable(
                f"The model at {self._files.directory} gives token vectors and does not say how "
                "to pool them (mean or cls). Run `kb model export` on the original model."
            )
        width = next(each.shape[-1] for each in session.get_outputs() if each.name == name)
        expected = self._files.dimensions
        if isinstance(width, int) and expected not in (None, width):
            raise EmbedderUnavailable(
                f"The model at {self._files.directory} gives {width} dimensions, its settings say "
                f"{expected}: its files do not belong together. Fetch or export it anew."
            )


def _load_tokenizer(files: ModelFiles) -> Any:
    from tokenizers import Tokenizer

    path = files.directory / "tokenizer.json"
    try:
        tokenizer = Tokenizer.from_file(str(path))
        tokenizer.enable_truncation(files.max_tokens)
        tokenizer.no_padding()
    except Exception as error:  # the library raises bare Exception for a damaged file
        raise EmbedderUnavailable(
            f"The tokenizer {path} cannot be loaded ({_first_line(error)}). "
            "Run ./scripts/fetch_model to make the model anew."
        ) from error
    return tokenizer


def _make_session(files: ModelFiles, threads: int) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(
            str(files.onnx), options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # the library's errors share no public base class
        raise EmbedderUnavailable(
            f"The model {files.onnx} cannot be loaded ({_first_line(error)}). "
            "Run ./scripts/fetch_model to make it anew."
        ) from error


def _output_name(session: Any) -> str:
    names = [each.name for each in session.get_outputs()]
    for name in (SENTENCE_OUTPUT, TOKEN_OUTPUT):
        if name in names:
            return name
    return str(names[0])


def _pool(tokens: Vectors, mask: NDArray[np.int64], pooling: Pooling | None) -> Vectors:
    """(batch, length, dimensions) -> (batch, dimensions)."""
    if pooling == "cls":
        first: Vectors = tokens[:, 0]
        return first
    weights = mask[:, :, None].astype(np.float32)
    mean: Vectors = (tokens * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1e-9)
    return mean


def _unit_length(rows: Vectors) -> Vectors:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    scaled: Vectors = (rows / np.maximum(lengths, 1e-12)).astype(np.float32)
    return scaled


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]
