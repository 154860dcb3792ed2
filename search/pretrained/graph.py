"""The encoder as an ONNX graph that keeps the file's own 4-bit weights.

Codes and scales go over unchanged into ONNX Runtime's contributed operators MatMulNBits and
GatherBlockQuantized, so nothing is quantised a second time. Mean pooling and the scaling to
unit length are part of the graph.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from search.document import Progress, no_progress
from search.pretrained.blocks import BLOCK
from search.pretrained.weights_file import EncoderFile

CONTRIBUTED = "com.microsoft"
OPSET = 20
IR_VERSION = 9
INPUTS = ("input_ids", "attention_mask", "token_type_ids")
OUTPUT = "sentence_embedding"
MASKED = -10_000.0
"""Added to the attention score of padding; exp() of it is 0 in half and in single precision."""


def encoder_onnx(source: EncoderFile, *, name: str, progress: Progress = no_progress) -> bytes:
    """Bytes of a model: int64 [batch, length] inputs -> float32 [batch, hidden] unit vectors."""
    graph = _Graph(source)
    hidden_states = graph.embeddings()
    attention_bias = graph.attention_bias()
    for layer in range(source.shape.layers):
        progress("Writing the 4-bit encoder", layer, source.shape.layers)
        hidden_states = graph.layer(layer, hidden_states, attention_bias)
    graph.pool(hidden_states)
    progress("Writing the 4-bit encoder", source.shape.layers, source.shape.layers)
    return graph.serialise(name)


class _Graph:
    """Nodes and constants, gathered in the order in which they run."""

    def __init__(self, source: EncoderFile) -> None:
        self._source = source
        self._shape = source.shape
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []
        self._constant("zero", np.int64(0))
        self._constant("one", np.int64(1))
        heads, width = self._shape.heads, self._shape.hidden // self._shape.heads
        self._constant("split_heads", np.array([0, 0, heads, width], np.int64))
        self._constant("join_heads", np.array([0, 0, self._shape.hidden], np.int64))
        self._constant("attention_scale", np.float32(width**-0.5))

    def embeddings(self) -> str:
        """Word + position + type embeddings, normalised."""
        words = self._source.blocks["emb.word"]
        codes = self._constant("word_codes", words.packed_pairs())
        scales = self._constant("word_scales", words.scales())
        total = self._node(
            "GatherBlockQuantized",
            codes,
            "input_ids",
            scales,
            domain=CONTRIBUTED,
            bits=4,
            block_size=BLOCK,
            gather_axis=0,
            quantize_axis=1,
        )
        length = self._node("Gather", self._node("Shape", "input_ids"), "one", axis=0)
        positions = self._node("Range", "zero", length, "one")
        for table, index in (("emb.pos", positions), ("emb.type", "token_type_ids")):
            rows = self._node("Gather", self._plain(table), index, axis=0)
            total = self._node("Add", total, rows)
        return self._normalise(total, "emb.ln")

    def attention_bias(self) -> str:
        """0 where there is a token, a large negative number where there is padding."""
        self._node("Cast", "attention_mask", output="mask", to=TensorProto.FLOAT)
        axes = self._constant("head_axes", np.array([1, 2], np.int64))
        absent = self._node(
            "Sub",
            self._constant("one_float", np.float32(1)),
            self._node("Unsqueeze", "mask", axes),
        )
        return self._node("Mul", absent, self._constant("masked", np.float32(MASKED)))

    def layer(self, number: int, states: str, bias: str) -> str:
        """One transformer layer: attention and feed-forward, each added and normalised."""
        prefix = f"l{number}"
        attended = self._attention(prefix, states, bias)
        projected = self._linear(attended, f"{prefix}.ao")
        states = self._normalise(self._node("Add", projected, states), f"{prefix}.aln")
        wide = self._node("Gelu", self._linear(states, f"{prefix}.fi"))
        narrow = self._linear(wide, f"{prefix}.fo")
        return self._normalise(self._node("Add", narrow, states), f"{prefix}.oln")

    def pool(self, states: str) -> None:
        """Mean over the tokens that are there, scaled to unit length."""
        token_axis = self._constant("token_axis", np.array([1], np.int64))
        last_axis = self._constant("last_axis", np.array([2], np.int64))
        weights = self._node("Unsqueeze", "mask", last_axis)
        weighted = self._node("Mul", states, weights)
        total = self._node("ReduceSum", weighted, token_axis, keepdims=0)
        count = self._node("ReduceSum", "mask", token_axis, keepdims=1)
        mean = self._node("Div", total, count)
        self._node("LpNormalization", mean, output=OUTPUT, axis=-1, p=2)

    def serialise(self, name: str) -> bytes:
        """The checked model as bytes, the same on every run with one release of onnx."""
        describe = helper.make_tensor_value_info
        graph = helper.make_graph(
            self._nodes,
            name,
            [describe(each, TensorProto.INT64, ["batch", "length"]) for each in INPUTS],
            [describe(OUTPUT, TensorProto.FLOAT, ["batch", self._shape.hidden])],
            self._constants,
        )
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(CONTRIBUTED, 1)]
        model = helper.make_model(graph, opset_imports=opsets, producer_name="kotae")
        model.ir_version = IR_VERSION
        return bytes(model.SerializeToString(deterministic=True))

    def _attention(self, prefix: str, states: str, bias: str) -> str:
        query = self._heads(self._linear(states, f"{prefix}.q"), [0, 2, 1, 3])
        key = self._heads(self._linear(states, f"{prefix}.k"), [0, 2, 3, 1])
        value = self._heads(self._linear(states, f"{prefix}.v"), [0, 2, 1, 3])
        scores = self._node("Mul", self._node("MatMul", query, key), "attention_scale")
        weights = self._node("Softmax", self._node("Add", scores, bias), axis=-1)
        mixed = self._node("Transpose", self._node("MatMul", weights, value), perm=[0, 2, 1, 3])
        return self._node("Reshape", mixed, "join_heads")

    def _heads(self, states: str, order: list[int]) -> str:
        return self._node("Transpose", self._node("Reshape", states, "split_heads"), perm=order)

    def _linear(self, states: str, name: str) -> str:
        matrix = self._source.blocks[f"{name}.w"]
        blocks = matrix.columns // BLOCK
        packed = matrix.packed_pairs().reshape(matrix.rows, blocks, BLOCK // 2)
        product = self._node(
            "MatMulNBits",
            states,
            self._constant(f"{name}.codes", packed),
            self._constant(f"{name}.scales", matrix.scales().reshape(-1)),
            domain=CONTRIBUTED,
            K=matrix.columns,
            N=matrix.rows,
            bits=4,
            block_size=BLOCK,
            accuracy_level=4,
        )
        return self._node("Add", product, self._plain(f"{name}.b"))

    def _normalise(self, states: str, name: str) -> str:
        scale, bias = self._plain(f"{name}.w"), self._plain(f"{name}.b")
        epsilon = self._shape.epsilon
        return self._node("LayerNormalization", states, scale, bias, axis=-1, epsilon=epsilon)

    def _plain(self, name: str) -> str:
        return self._constant(name, self._source.plain[name])

    def _constant(self, name: str, value: NDArray[Any] | np.generic) -> str:
        self._constants.append(numpy_helper.from_array(np.asarray(value, order="C"), name))
        return name

    def _node(
        self, kind: str, *inputs: str, output: str = "", domain: str = "", **attributes: Any
    ) -> str:
        output = output or f"{kind}_{len(self._nodes)}"
        name = f"node_{len(self._nodes)}"
        self._nodes.append(
            helper.make_node(kind, inputs, [output], name=name, domain=domain, **attributes)
        )
        return output
