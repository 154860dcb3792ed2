"""Matrices stored as blocks of 32 four-bit codes that share one half-precision scale.

A block is 18 bytes: the scale, then 16 bytes whose low halves are codes 0..15 and whose high
halves are codes 16..31. A value is (code - 8) * scale: the "Q4_0" layout of the ggml library.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BLOCK = 32
BLOCK_BYTES = 2 + BLOCK // 2
ZERO_POINT = 8


@dataclass(frozen=True, slots=True)
class BlockTensor:
    """A matrix of rows x (blocks * 32) values, as uint8[rows, blocks, 18]."""

    raw: NDArray[np.uint8]

    @property
    def rows(self) -> int:
        return int(self.raw.shape[0])

    @property
    def columns(self) -> int:
        return int(self.raw.shape[1]) * BLOCK

    def scales(self) -> NDArray[np.float32]:
        """One scale per block: float32[rows, blocks]."""
        packed = np.ascontiguousarray(self.raw[:, :, :2])
        return packed.view("<f2")[:, :, 0].astype(np.float32)

    def codes(self) -> NDArray[np.uint8]:
        """Codes 0..15 in reading order: uint8[rows, columns]."""
        halves = self.raw[:, :, 2:]
        return np.concatenate([halves & np.uint8(15), halves >> np.uint8(4)], axis=2).reshape(
            self.rows, self.columns
        )

    def packed_pairs(self) -> NDArray[np.uint8]:
        """Codes of neighbouring columns in one byte, the first in the low half.

        uint8[rows, columns / 2]: the order that ONNX Runtime's 4-bit operators read.
        """
        codes = self.codes()
        return codes[:, 0::2] | np.left_shift(codes[:, 1::2], np.uint8(4))

    def values(self) -> NDArray[np.float32]:
        """The matrix in full: float32[rows, columns]."""
        centred = self.codes().astype(np.float32) - ZERO_POINT
        blocks = centred.reshape(self.rows, -1, BLOCK) * self.scales()[:, :, None]
        return blocks.reshape(self.rows, self.columns)
