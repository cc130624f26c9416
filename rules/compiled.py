"""Which form of its innermost loops an engine works with: the compiled one, or the plain one.

Whoever installs stormdesk without a C compiler has no kernel, and `STORMDESK_PLAIN=1` in the
environment does without it as well: the verdicts are the same, they only take longer.
"""

from __future__ import annotations

import os
from types import ModuleType

from rules import plain

kernel: ModuleType | None
try:
    from rules import kernel
# Not built; or built from sources that don't go together.
except (ImportError, ValueError, AttributeError):
    kernel = None
else:
    # One that was built from older sources stays where it is until stormdesk is installed again.
    if getattr(kernel, "FORM", 0) != plain.FORM:
        kernel = None


def core(*, compiled: bool | None = None) -> ModuleType:
    """`rules.kernel` or `rules.plain`; None takes the kernel where it is there.

    Raises:
        ModuleNotFoundError: the kernel is asked for and is not there.
    """
    if compiled is None:
        compiled = kernel is not None and not os.environ.get("STORMDESK_PLAIN")
    if not compiled:
        return plain
    if kernel is None:
        raise ModuleNotFoundError(
            "rules.kernel was not built from these sources: install stormdesk with a C compiler"
        )
    return kernel
