"""The directory that sentence-transformers loads, written without sentence-transformers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from search.document import Progress, no_progress
from search.pretrained.weights_file import EncoderFile, EncoderShape

MAX_TOKENS = 512
QUERY_PROMPT = "query: "
PASSAGE_PROMPT = "passage: "

_LAYER_PARTS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_EMBEDDING_PARTS = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}


def write_settings(directory: Path, shape: EncoderShape) -> None:
    """Everything but the weights and tokenizer.json: architecture, pooling, prompts, limits."""
    maximum = min(MAX_TOKENS, shape.positions)
    for name, content in _settings(shape, maximum).items():
        write_json(directory / name, content)
    # An empty folder would be lost by tools that copy files only; the module has no settings.
    write_json(directory / "2_Normalize" / "config.json", {})


def write_weights(path: Path, source: EncoderFile, progress: Progress = no_progress) -> None:
    """model.safetensors in half precision; the 4-bit scales are half precision already."""
    path.write_bytes(save(_state(source, progress), metadata={"format": "pt"}))


def write_json(path: Path, content: Any) -> None:
    """Indented UTF-8 JSON with a final newline."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _state(source: EncoderFile, progress: Progress) -> dict[str, NDArray[np.float16]]:
    names = _state_names(source.shape.layers)
    state: dict[str, NDArray[np.float16]] = {}
    for done, (ours, theirs) in enumerate(names.items()):
        progress("Writing the full weights", done, len(names))
        matrix = source.blocks.get(ours)
        values = source.plain[ours] if matrix is None else matrix.values()
        state[theirs] = values.astype(np.float16)
    # Mean pooling never uses the pooler; without it transformers would warn of missing weights.
    hidden = source.shape.hidden
    state["pooler.dense.weight"] = np.zeros((hidden, hidden), np.float16)
    state["pooler.dense.bias"] = np.zeros(hidden, np.float16)
    progress("Writing the full weights", len(names), len(names))
    return state


def _state_names(layers: int) -> dict[str, str]:
    names = dict(_EMBEDDING_PARTS)
    for layer in range(layers):
        for ours, theirs in _LAYER_PARTS.items():
            for short, full in (("w", "weight"), ("b", "bias")):
                names[f"l{layer}.{ours}.{short}"] = f"encoder.layer.{layer}.{theirs}.{full}"
    return names


_SPECIAL_TOKENS = {
    "bos_token": "<s>",
    "eos_token": "</s>",
    "unk_token": "<unk>",
    "sep_token": "</s>",
    "pad_token": "<pad>",
    "cls_token": "<s>",
    "mask_token": "<mask>",
}
# The oldest module names: every sentence-transformers from 2 to 6 reads them.
_MODULES = (("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize"))


def _settings(shape: EncoderShape, maximum: int) -> Mapping[str, Any]:
    kind = "sentence_transformers.models"
    modules = [
        {"idx": index, "name": str(index), "path": path, "type": f"{kind}.{name}"}
        for index, (path, name) in enumerate(_MODULES)
    ]
    return {
        "config.json": _architecture(shape),
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": maximum,
            "clean_up_tokenization_spaces": False,
            "model_input_names": ["input_ids", "attention_mask", "token_type_ids"],
            **_SPECIAL_TOKENS,
        },
        "special_tokens_map.json": _SPECIAL_TOKENS,
        "modules.json": modules,
        "1_Pooling/config.json": {
            "word_embedding_dimension": shape.hidden,
            "pooling_mode_cls_token": False,
            "pooling_mode_mean_tokens": True,
            "pooling_mode_max_tokens": False,
            "pooling_mode_mean_sqrt_len_tokens": False,
        },
        "sentence_bert_config.json": {"max_seq_length": maximum, "do_lower_case": False},
        "config_sentence_transformers.json": {
            "prompts": {"query": QUERY_PROMPT, "document": PASSAGE_PROMPT},
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
    }


def _architecture(shape: EncoderShape) -> Mapping[str, Any]:
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "vocab_size": shape.vocabulary,
        "hidden_size": shape.hidden,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "intermediate_size": shape.feed_forward,
        "hidden_act": "gelu",
        "hidden_dropout_prob": 0.1,
        "attention_probs_dropout_prob": 0.1,
        "max_position_embeddings": shape.positions,
        "type_vocab_size": shape.token_types,
        "layer_norm_eps": shape.epsilon,
        "initializer_range": 0.02,
        "pad_token_id": 0,
        "position_embedding_type": "absolute",
        # The weights on disk are halves; computing in them is slow on a CPU.
        "dtype": "float32",
    }
