"""Writes an ONNX model file: the few messages of its protocol buffers that a graph needs.

The format is https://github.com/onnx/onnx/blob/main/onnx/onnx.proto; the field numbers below are
its own. Only writing is needed, so a page of code stands for a library of 18 MB.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

VENDOR = "com.microsoft"
"""The domain of the operators that the runtime has beyond the standard ones."""

_IR_VERSION = 8
_OPSET = 17
_TYPES = {"float32": 1, "uint8": 2, "int8": 3, "int32": 6, "int64": 7}
UINT8 = _TYPES["uint8"]

Attribute = int | float | Sequence[int]
Axes = Sequence[int | str]


class GraphWriter:
    """A graph under construction: nodes in order, constants, inputs and outputs."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._nodes: list[bytes] = []
        self._constants: list[bytes] = []
        self._ends: list[bytes] = []

    def constant(self, name: str, values: NDArray[Any]) -> str:
        """Add a constant tensor; return its name."""
        values = np.ascontiguousarray(values)
        dims = b"".join(_number(1, size) for size in values.shape)
        kind = _number(2, _TYPES[values.dtype.name])
        little = values.astype(values.dtype.newbyteorder("<"), copy=False)
        self._constants.append(_part(5, dims + kind + _part(8, name) + _part(9, little.tobytes())))
        return name

    def node(
        self,
        operator: str,
        inputs: Sequence[str],
        output: str | Sequence[str],
        *,
        domain: str = "",
        **attributes: Attribute,
    ) -> str:
        """Add a node; return the name of its first output."""
        outputs = [output] if isinstance(output, str) else list(output)
        parts = [_part(1, name) for name in inputs] + [_part(2, name) for name in outputs]
        parts.append(_part(4, operator))
        parts += [_part(5, _attribute(name, value)) for name, value in attributes.items()]
        if domain:
            parts.append(_part(7, domain))
        self._nodes.append(_part(1, b"".join(parts)))
        return outputs[0]

    def input(self, name: str, dtype: str, axes: Axes) -> str:
        """Declare an input; an axis is a size or, if it varies, a name. Return the input's name."""
        self._ends.append(_part(11, _value(name, dtype, axes)))
        return name

    def output(self, name: str, dtype: str, axes: Axes) -> None:
        """Declare an output."""
        self._ends.append(_part(12, _value(name, dtype, axes)))

    def to_bytes(self) -> bytes:
        """Return the model file."""
        graph = b"".join([*self._nodes, _part(2, self._name), *self._constants, *self._ends])
        standard = _part(8, _part(1, "") + _number(2, _OPSET))
        vendor = _part(8, _part(1, VENDOR) + _number(2, 1))
        return _number(1, _IR_VERSION) + _part(2, "baogao") + _part(7, graph) + standard + vendor


def _value(name: str, dtype: str, axes: Axes) -> bytes:
    dims = [_number(1, axis) if isinstance(axis, int) else _part(2, axis) for axis in axes]
    shape = b"".join(_part(1, dim) for dim in dims)
    return _part(1, name) + _part(2, _part(1, _number(1, _TYPES[dtype]) + _part(2, shape)))


def _attribute(name: str, value: Attribute) -> bytes:
    if isinstance(value, float):
        return _part(1, name) + _varint(2 << 3 | 5) + struct.pack("<f", value) + _number(20, 1)
    if isinstance(value, int):
        return _part(1, name) + _number(3, value) + _number(20, 2)
    return _part(1, name) + b"".join(_number(8, item) for item in value) + _number(20, 7)


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _part(field: int, value: bytes | str) -> bytes:
    stored = value.encode("utf-8") if isinstance(value, str) else value
    return _varint(field << 3 | 2) + _varint(len(stored)) + stored


def _varint(value: int) -> bytes:
    """Return seven bits a byte, the lowest first; a negative number as 64 bits."""
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)
