"""The tokenizer of an XLM-RoBERTa vocabulary, as a tokenizer.json of the tokenizers library."""

from __future__ import annotations

import json
from typing import Any

from search.pretrained.weights_file import MASK_PIECE, SPECIAL_PIECES, Vocabulary

WORD_MARK = "\u2581"
WAVE_DASH = "\uff5e"
WAVE_DASH_GUARD = "\ue000"


def tokenizer_json(vocabulary: Vocabulary) -> bytes:
    """UTF-8 bytes of the file; the same vocabulary gives the same bytes."""
    description = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": _special_tokens(vocabulary),
        "normalizer": _normalizer(),
        "pre_tokenizer": {
            "type": "Sequence",
            "pretokenizers": [{"type": "WhitespaceSplit"}, _metaspace()],
        },
        "post_processor": _sentence_template(),
        "decoder": _metaspace(),
        "model": {
            "type": "Unigram",
            "unk_id": vocabulary.unknown_id,
            "byte_fallback": False,
            "vocab": [
                [piece, score]
                for piece, score in zip(vocabulary.pieces, vocabulary.scores.tolist(), strict=True)
            ],
        },
    }
    return json.dumps(description, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def _special_tokens(vocabulary: Vocabulary) -> list[dict[str, Any]]:
    mask_id = len(vocabulary.pieces) - 1
    names = {**dict(enumerate(SPECIAL_PIECES)), mask_id: MASK_PIECE}
    return [
        {
            "id": number,
            "content": name,
            "single_word": False,
            "lstrip": name == MASK_PIECE,
            "rstrip": False,
            "normalized": False,
            "special": True,
        }
        for number, name in names.items()
    ]


def _normalizer() -> dict[str, Any]:
    """SentencePiece's nmt_nfkc, made of the library's own parts.

    Nmt and then NFKC agree with it on every code point but U+FF5E, which nmt_nfkc keeps: it
    passes through under a private-use stand-in.
    """
    return {
        "type": "Sequence",
        "normalizers": [
            _replace({"String": WAVE_DASH}, WAVE_DASH_GUARD),
            {"type": "Nmt"},
            {"type": "NFKC"},
            _replace({"String": WAVE_DASH_GUARD}, WAVE_DASH),
            _replace({"Regex": " {2,}"}, " "),
        ],
    }


def _replace(pattern: dict[str, str], content: str) -> dict[str, Any]:
    return {"type": "Replace", "pattern": pattern, "content": content}


def _metaspace() -> dict[str, Any]:
    return {
        "type": "Metaspace",
        "replacement": WORD_MARK,
        "prepend_scheme": "always",
        "split": True,
    }


def _sentence_template() -> dict[str, Any]:
    start, end = _special("<s>"), _special("</s>")
    return {
        "type": "TemplateProcessing",
        "single": [start, _sequence("A"), end],
        "pair": [start, _sequence("A"), end, end, _sequence("B"), end],
        "special_tokens": {
            "<s>": {"id": "<s>", "ids": [0], "tokens": ["<s>"]},
            "</s>": {"id": "</s>", "ids": [2], "tokens": ["</s>"]},
        },
    }


def _special(name: str) -> dict[str, Any]:
    return {"SpecialToken": {"id": name, "type_id": 0}}


def _sequence(name: str) -> dict[str, Any]:
    return {"Sequence": {"id": name, "type_id": 0}}
