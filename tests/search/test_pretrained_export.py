"""An exported model serves without torch and gives the vectors of the original."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

from search.embed import EmbedderUnavailable, OnnxEmbedder, SentenceTransformerEmbedder
from search.pretrained import export
from search.pretrained.export import ExportRefused, export_model

pytestmark = pytest.mark.slow

TEXTS = [
    "how do i return an item",
    "환불 배송",
    "返品 送料",
    "退货 退款",
    "money " * 50,
    "",
]


@pytest.fixture(scope="module", autouse=True)
def sentence_transformers():
    return pytest.importorskip("sentence_transformers")


def encoder_config(kind):
    from transformers import BertConfig, MPNetConfig, XLMRobertaConfig

    sizes = {
        "vocab_size": 80,
        "hidden_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "intermediate_size": 96,
        "max_position_embeddings": 66,
    }
    if kind == "bert":
        return BertConfig(**sizes)
    if kind == "xlm-roberta":
        return XLMRobertaConfig(**sizes, pad_token_id=1, type_vocab_size=1)
    return MPNetConfig(**sizes, pad_token_id=1)


@pytest.fixture(scope="module")
def random_model(tmp_path_factory, made_up_dir):
    """Saves a random model: random_model("bert", pooling="cls", normalise=False, dense=None)."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import (
        Dense,
        Normalize,
        Pooling,
        Transformer,
    )
    from transformers import AutoModel

    def make(kind, pooling, *, normalise, dense=None, prompts=None):
        torch.manual_seed(3)
        encoder = tmp_path_factory.mktemp("encoder") / "encoder"
        AutoModel.from_config(encoder_config(kind)).save_pretrained(encoder)
        for name in ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"):
            shutil.copy(made_up_dir / name, encoder / name)
        steps = [Transformer(str(encoder), max_seq_length=32)]
        steps.append(Pooling(64, pooling_mode=pooling))
        if dense:
            steps.append(Dense(64, dense))
        if normalise:
            steps.append(Normalize())
        directory = tmp_path_factory.mktemp("original") / kind
        SentenceTransformer(modules=steps, prompts=prompts or {}, device="cpu").save(str(directory))
        return directory

    return make


def least_cosine(original, exported):
    left, right = SentenceTransformerEmbedder(str(original)), OnnxEmbedder(exported)
    assert left.dimensions == right.dimensions
    pairs = [
        (left.encode_queries(TEXTS), right.encode_queries(TEXTS)),
        (left.encode_passages(TEXTS), right.encode_passages(TEXTS)),
    ]
    return min(float((one * two).sum(axis=1).min()) for one, two in pairs)


@pytest.mark.parametrize(
    ("kind", "pooling", "normalise", "dense"),
    [
        ("bert", "cls", False, None),
        ("xlm-roberta", "mean", True, None),
        ("mpnet", "mean", True, 24),
    ],
)
def test_an_exported_model_gives_the_vectors_of_the_original(
    random_model, tmp_path, kind, pooling, normalise, dense
):
    prompts = {"query": "how do ", "document": "a "}
    original = random_model(kind, pooling, normalise=normalise, dense=dense, prompts=prompts)
    export_model(str(original), tmp_path / "exported")
    assert least_cosine(original, tmp_path / "exported") > 0.9999
    assert OnnxEmbedder(tmp_path / "exported").dimensions == (dense or 64)


def test_prompts_and_the_length_limit_go_along(random_model, tmp_path):
    prompts = {"query": "how do ", "document": "a "}
    original = random_model("bert", "mean", normalise=True, prompts=prompts)
    export_model(str(original), tmp_path / "exported")
    embedder = OnnxEmbedder(tmp_path / "exported")
    query, passage = embedder.encode_queries(["item"])[0], embedder.encode_passages(["item"])[0]
    assert query @ passage < 0.9999
    settings = json.loads((tmp_path / "exported" / "sentence_bert_config.json").read_text())
    assert settings == {"max_seq_length": 32}


def test_the_converted_model_can_be_exported_too(made_up_dir, tmp_path):
    export_model(str(made_up_dir), tmp_path / "exported")
    assert least_cosine(made_up_dir, tmp_path / "exported") > 0.9999


def test_progress_ends_when_the_directory_is_there(made_up_dir, tmp_path):
    seen = []
    export_model(
        str(made_up_dir),
        tmp_path / "exported",
        progress=lambda _, done, total: seen.append((done, total)),
    )
    assert seen == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_an_export_that_gives_other_vectors_is_refused_and_not_kept(
    made_up_dir, tmp_path, monkeypatch
):
    real = export._write_settings

    def forget_the_prompts(model, directory):
        real(model, directory)
        (directory / "config_sentence_transformers.json").write_text('{"prompts": {}}')

    monkeypatch.setattr(export, "_write_settings", forget_the_prompts)
    with pytest.raises(ExportRefused, match="other vectors"):
        export_model(str(made_up_dir), tmp_path / "exported")
    assert list(tmp_path.iterdir()) == []


def test_a_model_that_is_no_transformer_is_refused(tmp_path):
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import BoW, Dense

    words = BoW(vocab=["return", "item"], word_weights={}, unknown_word_weight=1)
    SentenceTransformer(modules=[words, Dense(2, 2)], device="cpu").save(str(tmp_path / "words"))
    with pytest.raises(ExportRefused, match="transformer"):
        export_model(str(tmp_path / "words"), tmp_path / "exported")
    assert not (tmp_path / "exported").exists()


def test_a_model_that_is_not_there_is_unavailable(tmp_path):
    with pytest.raises(EmbedderUnavailable):
        export_model(str(tmp_path / "nothing"), tmp_path / "exported")


@pytest.mark.model
def test_the_real_model_exported_anew_agrees_with_its_four_bit_form(model_dir, tmp_path):
    texts = ["how do i get my money back", "환불 방법", "返品の手続き", "怎么退货"]
    export_model(str(model_dir), tmp_path / "exported")
    exported, shipped = OnnxEmbedder(tmp_path / "exported"), OnnxEmbedder(model_dir)
    assert exported.fingerprint != shipped.fingerprint
    agreement = (exported.encode_queries(texts) * shipped.encode_queries(texts)).sum(axis=1)
    assert np.all(agreement > 0.999)
