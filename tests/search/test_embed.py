"""Both runtimes: the same vectors, any text, fork-safe, and a clear word when there is no model."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading

import numpy as np
import pytest

from search.embed import (
    EmbedderUnavailable,
    OnnxEmbedder,
    SentenceTransformerEmbedder,
    load_embedder,
)
from search.model_files import clean_text
from search.onnx_embedder import QUERY_TOKENS
from tests.model_fixtures import DEFAULT_MODEL

QUESTIONS = [
    "how long does a refund take",
    "I forgot my password and cannot sign in",
    "환불은 언제 되나요",
    "비밀번호를 잊어버렸어요",
    "返金はいつされますか",
    "パスワードを忘れました",
    "什么时候能退款",
    "忘記密碼怎麼辦",
]
PASSAGES = [
    "How long a refund takes: five working days after the parcel has reached us.",
    "Open the sign-in page and choose Forgot password. We send a link by email.",
    "환불은 결제하신 카드로 영업일 기준 5일 안에 처리됩니다.",
    "로그인 화면에서 비밀번호 찾기를 누르면 메일로 링크를 보내 드립니다.",
    "返金はお支払いに使ったカードへ5営業日以内に行われます。",
    "ログイン画面で「パスワードを忘れた方」を選んでください。",
    "退款会在五个工作日内退回您付款的银行卡。",
    "請在登入頁面點選「忘記密碼」，我們會寄送連結。",
]
STRANGE = [
    "",
    " \n\t ",
    "\x00\x01\x1f\x7f",
    "nul\x00inside",
    "\ud83d lone high",
    "lone low \ude00",
    "\ud83d\ude00 a pair given as two",
    "\ufdfa" * 40,
    "e\u0301" * 500,
    "👩‍👩‍👧‍👦" * 200,
    "word " * 5000,
    "字" * 50_000,
    "\u202e\u200b\ufeff\u2028",
    "<s></s><mask>",
]


def cosines(left, right):
    return (left * right).sum(axis=1)


@pytest.fixture(scope="module")
def made_up(made_up_dir):
    return OnnxEmbedder(made_up_dir)


@pytest.mark.parametrize("text", STRANGE)
def test_any_text_gets_a_unit_vector(made_up, text):
    for vectors in (made_up.encode_queries([text]), made_up.encode_passages([text])):
        assert vectors.shape == (1, 32)
        assert vectors.dtype == np.float32
        assert np.linalg.norm(vectors[0]) == pytest.approx(1, abs=1e-4)


def test_no_texts_give_no_rows(made_up):
    assert made_up.encode_passages([]).shape == (0, 32)


def test_rows_come_back_in_the_order_given(made_up):
    texts = ["환불 " * 9, "i", "how do i return", "a", "item money " * 20, "返品 送料"]
    together = made_up.encode_passages(texts)
    alone = np.vstack([made_up.encode_passages([text]) for text in texts])
    assert cosines(together, alone).min() > 0.999


def test_queries_and_passages_differ_by_their_prompt(made_up):
    assert cosines(made_up.encode_queries(["item"]), made_up.encode_passages(["item"]))[0] < 0.9999


def test_blanks_and_controls_make_no_difference(made_up):
    clean, messy = made_up.encode_queries(["return item", "  return\x00\n\titem \u3000"])
    assert np.array_equal(clean, messy)


def test_text_past_the_length_limit_is_not_read(made_up):
    long, longer = made_up.encode_queries(["money " * 400, "money " * 400 + "return"])
    assert np.array_equal(long, longer)


def test_of_a_question_less_is_read_than_of_a_passage(made_up, monkeypatch):
    assert QUERY_TOKENS < 512
    monkeypatch.setattr("search.onnx_embedder.QUERY_TOKENS", 8)
    short, long = "money " * 8, "money " * 8 + "return item " * 4
    assert np.array_equal(*made_up.encode_queries([short, long]))
    assert not np.array_equal(*made_up.encode_passages([short, long]))


def test_clean_text_joins_pairs_and_replaces_lone_surrogates():
    assert clean_text("\ud83d\ude00") == "😀"
    assert clean_text("a\ud83db") == "a\ufffdb"


def copied(made_up_dir, tmp_path):
    return shutil.copytree(made_up_dir, tmp_path / "copy")


def test_the_fingerprint_is_that_of_the_content_not_of_the_place(made_up_dir, tmp_path):
    assert OnnxEmbedder(copied(made_up_dir, tmp_path)).fingerprint == (
        OnnxEmbedder(made_up_dir).fingerprint
    )


@pytest.mark.parametrize(
    "file", ["onnx/model_q4.onnx", "tokenizer.json", "config_sentence_transformers.json"]
)
def test_the_fingerprint_changes_with_what_makes_the_vectors(made_up_dir, tmp_path, file):
    directory = copied(made_up_dir, tmp_path)
    path = directory / file
    if file.startswith("config"):
        path.write_text(json.dumps({"prompts": {"query": "Q: ", "document": "passage: "}}))
    else:
        path.write_bytes(path.read_bytes() + b"\n")
    if file == "onnx/model_q4.onnx":
        path.write_bytes((made_up_dir / file).read_bytes().replace(b"kotae", b"KOTAE"))
    changed = OnnxEmbedder(directory).fingerprint
    assert changed != OnnxEmbedder(made_up_dir).fingerprint


def test_a_prompt_from_the_settings_replaces_the_models_own(made_up, made_up_dir):
    other = OnnxEmbedder(made_up_dir, query_prompt="passage: ")
    assert other.fingerprint != made_up.fingerprint
    assert np.array_equal(other.encode_queries(["item"]), made_up.encode_passages(["item"]))


def test_the_older_prompt_name_passage_is_understood(made_up, made_up_dir, tmp_path):
    directory = copied(made_up_dir, tmp_path)
    settings = {"prompts": {"query": "query: ", "passage": "passage: "}}
    (directory / "config_sentence_transformers.json").write_text(json.dumps(settings))
    assert np.array_equal(
        OnnxEmbedder(directory).encode_passages(["item"]), made_up.encode_passages(["item"])
    )


def test_threads_share_one_embedder(made_up_dir):
    embedder = OnnxEmbedder(made_up_dir)
    expected = OnnxEmbedder(made_up_dir).encode_queries(QUESTIONS)
    results = [None] * 8

    def work(number):
        results[number] = embedder.encode_queries(QUESTIONS)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(np.array_equal(result, expected) for result in results)


FORKING = """
import os, sys
from pathlib import Path
from search.embed import OnnxEmbedder
embedder = OnnxEmbedder(Path(sys.argv[1]))
embedder.dimensions, embedder.fingerprint
if sys.argv[2] == "warm":
    embedder.warm()
children = []
for _ in range(3):
    child = os.fork()
    if child == 0:
        os._exit(0 if embedder.encode_queries(["return item"]).shape == (1, 32) else 1)
    children.append(child)
sys.exit(max(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children))
"""


@pytest.mark.parametrize("before", ["cold", "warm"])
def test_workers_forked_after_loading_encode_without_a_warning(made_up_dir, before):
    done = subprocess.run(
        [sys.executable, "-c", FORKING, str(made_up_dir), before],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")


SERVING = """
import sys
from pathlib import Path
from search.embed import load_embedder
load_embedder("made-up", models_dir=Path(sys.argv[1])).encode_queries(["return item"])
heavy = {"torch", "transformers", "sentence_transformers"} & set(sys.modules)
sys.exit(f"imported {heavy}" if heavy else 0)
"""


def test_serving_never_imports_torch(made_up_dir):
    done = subprocess.run(
        [sys.executable, "-c", SERVING, str(made_up_dir.parent)], capture_output=True, timeout=60
    )
    assert done.returncode == 0, done.stderr


def test_a_missing_model_says_what_to_run(tmp_path):
    with pytest.raises(EmbedderUnavailable, match=r"scripts/fetch_model"):
        load_embedder(DEFAULT_MODEL, models_dir=tmp_path)
    with pytest.raises(EmbedderUnavailable, match=r"scripts/fetch_model"):
        load_embedder(DEFAULT_MODEL, models_dir=tmp_path, runtime="onnx")


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("onnx/model_q4.onnx", b"not a graph"),
        ("onnx/model_q4.onnx", b""),
        ("tokenizer.json", b"{"),
        ("tokenizer.json", b"\x00\xff"),
        ("config_sentence_transformers.json", b"{"),
        ("modules.json", b"\xff"),
    ],
)
def test_a_damaged_model_is_unavailable_not_a_crash(made_up_dir, tmp_path, file, content):
    directory = copied(made_up_dir, tmp_path)
    (directory / file).write_bytes(content)
    with pytest.raises(EmbedderUnavailable, match="anew"):
        OnnxEmbedder(directory).warm()


def test_a_directory_without_a_tokenizer_is_unavailable(made_up_dir, tmp_path):
    directory = copied(made_up_dir, tmp_path)
    (directory / "tokenizer.json").unlink()
    with pytest.raises(EmbedderUnavailable, match="kb model export"):
        OnnxEmbedder(directory)


def test_files_of_two_models_in_one_directory_are_refused(made_up_dir, tmp_path):
    directory = copied(made_up_dir, tmp_path)
    pooling = directory / "1_Pooling" / "config.json"
    pooling.write_text(pooling.read_text().replace("32", "384"))
    with pytest.raises(EmbedderUnavailable, match="do not belong together"):
        OnnxEmbedder(directory).warm()


def test_a_model_is_found_by_name_by_path_and_by_hub_name(made_up, made_up_dir, tmp_path):
    exported = tmp_path / "models" / "maker" / "model"
    shutil.copytree(made_up_dir, exported)
    for name in ("maker/model", str(exported)):
        found = load_embedder(name, models_dir=tmp_path / "models")
        assert isinstance(found, OnnxEmbedder)
        assert found.fingerprint == made_up.fingerprint


@pytest.fixture
def without_network(monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


@pytest.mark.slow
def test_a_hub_name_without_network_says_what_to_do(tmp_path, without_network):
    pytest.importorskip("sentence_transformers")
    with pytest.raises(EmbedderUnavailable, match="KB_EMBEDDING_MODEL"):
        load_embedder("nobody/no-such-model", models_dir=tmp_path)


def test_a_lean_installation_says_that_it_lacks_the_library(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(EmbedderUnavailable, match="--lean"):
        load_embedder("nobody/no-such-model", models_dir=tmp_path)


@pytest.mark.slow
def test_both_runtimes_agree_on_the_made_up_model(made_up, made_up_dir):
    pytest.importorskip("sentence_transformers")
    other = SentenceTransformerEmbedder(str(made_up_dir))
    assert other.dimensions == made_up.dimensions == 32
    assert other.fingerprint != made_up.fingerprint
    texts = [*QUESTIONS, *STRANGE, "how do i return item"]
    short = [text for text in texts if len(text) < 60]
    assert cosines(made_up.encode_queries(short), other.encode_queries(short)).min() > 0.99
    assert cosines(made_up.encode_passages(texts), other.encode_passages(texts)).min() > 0.99


@pytest.mark.model
@pytest.mark.slow
def test_both_runtimes_give_the_same_vectors_in_four_languages(real_embedder, model_dir):
    pytest.importorskip("sentence_transformers")
    other = SentenceTransformerEmbedder(str(model_dir))
    assert real_embedder.dimensions == other.dimensions == 384
    queries = cosines(real_embedder.encode_queries(QUESTIONS), other.encode_queries(QUESTIONS))
    passages = cosines(real_embedder.encode_passages(PASSAGES), other.encode_passages(PASSAGES))
    assert queries.min() > 0.999
    assert passages.min() > 0.999


@pytest.mark.model
@pytest.mark.parametrize("index", range(len(QUESTIONS)))
def test_the_real_model_puts_the_right_answer_first_across_languages(real_embedder, index):
    scores = real_embedder.encode_queries([QUESTIONS[index]]) @ (
        real_embedder.encode_passages(PASSAGES).T
    )
    about_refunds = index % 2 == 0
    assert int(scores[0].argmax()) % 2 == (0 if about_refunds else 1)


@pytest.mark.model
@pytest.mark.parametrize("text", STRANGE)
def test_the_real_model_takes_any_text(real_embedder, text):
    assert np.linalg.norm(real_embedder.encode_queries([text])[0]) == pytest.approx(1, abs=1e-4)


@pytest.mark.model
def test_the_real_model_composes_decomposed_hangul(real_embedder):
    import unicodedata

    composed, decomposed = real_embedder.encode_queries(
        ["환불 방법", unicodedata.normalize("NFD", "환불 방법")]
    )
    assert composed @ decomposed > 0.9999


def test_the_environment_is_left_alone_by_the_serving_runtime(made_up_dir):
    before = dict(os.environ)
    OnnxEmbedder(made_up_dir).warm()
    assert dict(os.environ) == before
