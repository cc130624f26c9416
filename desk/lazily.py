"""Functions whose modules are imported when they are first called: imports cost time to start."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any


def lazily(module: str, name: str) -> Callable[..., Any]:
    """The function `name` of `module`, which is imported once the function is called."""

    def call(*given: Any) -> Any:  # noqa: ANN401  whatever that function takes
        return getattr(import_module(module), name)(*given)

    return call
