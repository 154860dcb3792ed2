"""Turn any sentence-transformers model into the ONNX form that serves without torch.

The model's own steps (transformer, pooling, dense layers, scaling) are traced as one graph;
the result is accepted only if it gives the same vectors as the original.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from search.document import Progress, no_progress
from search.model_files import EmbedderUnavailable, find_onnx, model_prompts
from search.onnx_embedder import SENTENCE_OUTPUT, OnnxEmbedder
from search.pretrained.conversion import replacing
from search.pretrained.directory import write_json
from search.torch_embedder import SentenceTransformerEmbedder, load_sentence_transformer

AGREEMENT = 0.999
"""Least cosine between the vectors of the original and of the export."""
STEPS = ("Loading the model", "Writing the ONNX file", "Comparing with the original", "Done")

_SAMPLES = (
    "How do I return an item and get my money back?",
    "환불은 언제 계좌로 들어오나요? 주문번호가 필요한가요?",
    "返品の手続きを教えてください。箱がなくても大丈夫ですか。",
    "忘记密码怎么办?\n收不到验证码。",
    "x",
    "A longer text that has to be padded against the short one beside it. " * 12,
)


class ExportRefused(Exception):
    """This model cannot be exported; the message says why."""


def export_model(
    model: str, destination: Path, *, revision: str | None = None, progress: Progress = no_progress
) -> None:
    """Write `destination` (whole or not at all) so that OnnxEmbedder loads it.

    `model` is a directory or a hub name. Raises ExportRefused for a model that has no ONNX
    form here, and EmbedderUnavailable when the model itself cannot be loaded.
    """
    progress(STEPS[0], 0, 3)
    original = load_sentence_transformer(model, revision=revision)
    _refuse_unsupported(original)
    with replacing(destination) as directory:
        progress(STEPS[1], 1, 3)
        _write_tokenizer(original, directory)
        _write_settings(original, directory)
        _write_graph(original, directory / "onnx" / "model.onnx")
        progress(STEPS[2], 2, 3)
        _compare(model, revision, directory)
    progress(STEPS[3], 3, 3)


def _refuse_unsupported(model: Any) -> None:
    if not hasattr(model[0], "auto_model"):
        kind = type(model[0]).__name__
        raise ExportRefused(
            f"Its first step is {kind}, not a transformer; only transformers can be exported."
        )
    if not getattr(model.tokenizer, "is_fast", False):
        raise ExportRefused("It has no tokenizer.json: its tokenizer is written in Python only.")
    if any(getattr(step, "include_prompt", True) is False for step in model):
        raise ExportRefused("Its pooling leaves the prompt out, which the ONNX form cannot do.")


def _write_tokenizer(model: Any, directory: Path) -> None:
    tokenizer = model.tokenizer.backend_tokenizer
    tokenizer.no_padding()
    tokenizer.no_truncation()
    tokenizer.save(str(directory / "tokenizer.json"))


def _write_settings(model: Any, directory: Path) -> None:
    prompts = model_prompts({"prompts": dict(model.prompts or {})})
    write_json(
        directory / "config_sentence_transformers.json",
        {"prompts": {"query": prompts.query, "document": prompts.passage}},
    )
    limit = int(model.max_seq_length or 512)
    write_json(directory / "sentence_bert_config.json", {"max_seq_length": limit})


def _write_graph(model: Any, path: Path) -> None:
    """Trace all steps into one file; weights over 2 GB go to a file beside it."""
    import torch

    # It warns of packages that it could also export for.
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    path.parent.mkdir(parents=True)
    encoded = model.preprocess(["two texts of", "different length"])
    names = [name for name in _INPUTS if name in encoded]
    batch = torch.export.Dim("batch", min=1, max=4096)
    length = torch.export.Dim("length", min=2, max=int(model.max_seq_length or 512))
    large = sum(each.numel() * each.element_size() for each in model.parameters()) > 1_900_000_000
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about the exporter's own innards
            torch.onnx.export(
                _whole_model(model, names),
                tuple(encoded[name] for name in names),
                str(path),
                input_names=names,
                output_names=[SENTENCE_OUTPUT],
                # one entry a parameter, and *tensors is one
                dynamic_shapes=(({0: batch, 1: length},) * len(names),),
                dynamo=True,
                external_data=large,
                verbose=False,
            )
    except ImportError as error:
        raise ExportRefused(f"Exporting needs {error.name}: run ./scripts/serve once.") from error
    except Exception as error:  # whatever the tracer stumbles over in a foreign model
        raise ExportRefused(f"It cannot be traced: {_reason(error)}") from error


_INPUTS = ("input_ids", "attention_mask", "token_type_ids")


def _reason(error: Exception) -> str:
    # The exporter wraps what went wrong in a page of advice.
    cause = error.__cause__ or error
    return (str(cause).strip() or type(cause).__name__).splitlines()[0][:300]


def _whole_model(model: Any, names: Sequence[str]) -> Any:
    """A torch module: token tensors in, sentence vectors out, through all the model's steps."""
    import torch

    class WholeModel(torch.nn.Module):  # type: ignore[misc, unused-ignore]
        def __init__(self) -> None:
            super().__init__()
            self.steps = torch.nn.ModuleList(model)

        def forward(self, *tensors: Any) -> Any:
            features: dict[str, Any] = dict(zip(names, tensors, strict=True))
            for step in self.steps:
                features = step(features)
            return features[SENTENCE_OUTPUT]

    return WholeModel().eval()


def _compare(model: str, revision: str | None, directory: Path) -> None:
    if find_onnx(directory) is None:
        raise ExportRefused("The exporter wrote no file.")
    try:
        exported = OnnxEmbedder(directory)
        ours = np.vstack([exported.encode_queries(_SAMPLES), exported.encode_passages(_SAMPLES)])
    except EmbedderUnavailable as error:
        raise ExportRefused(f"The exported file does not load: {error}") from error
    original = SentenceTransformerEmbedder(model, revision=revision)
    theirs = np.vstack([original.encode_queries(_SAMPLES), original.encode_passages(_SAMPLES)])
    least = float((ours * theirs).sum(axis=1).min())
    if not least > AGREEMENT:
        raise ExportRefused(
            f"The exported file gives other vectors than the model (cosine {least:.4f}, "
            f"needed {AGREEMENT}); it was not kept."
        )
