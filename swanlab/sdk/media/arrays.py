"""Arrays and tensors of any library as numpy's, copied."""

from __future__ import annotations

from typing import Any

from swanlab.sdk.media.medium import BadMedia, library


def to_array(data: Any, *, copy: bool = True) -> Any:
    """Return a copy of an array, a tensor of any library, or nested lists; raises ``BadMedia``.

    ``copy`` unset: for a look only, as what comes shares memory with ``data`` where it can.
    """
    numpy = library("numpy", "numpy")
    if hasattr(data, "detach"):  # torch, also on a GPU and in bfloat16, which numpy lacks
        data = data.detach()
        if str(data.dtype) in ("torch.bfloat16", "torch.float16"):
            data = data.float()
        data = data.cpu()
    if hasattr(data, "numpy") and not isinstance(data, numpy.ndarray):
        data = data.numpy()
    array = numpy.array(data) if copy else numpy.asarray(data)
    if array.dtype.kind not in "biuf":
        raise BadMedia(f"{type(data).__name__} is no array of numbers")
    return array
