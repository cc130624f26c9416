"""Which form of the cutting of texts is at work: the compiled one, or the plain one.

As with `rules.compiled`: without a C compiler, or with `STORMDESK_PLAIN=1` in the environment,
places are found in the same texts, and it only takes longer.
"""

from __future__ import annotations

import os
from types import ModuleType

from desk.places import plain

kernel: ModuleType | None
try:
    from desk.places import kernel
# Not built; or built from sources that don't go together.
except (ImportError, ValueError, AttributeError):
    kernel = None
else:
    # One that was built from older sources stays where it is until stormdesk is installed again.
    if getattr(kernel, "FORM", 0) != plain.FORM:
        kernel = None

core: ModuleType = plain if kernel is None or os.environ.get("STORMDESK_PLAIN") else kernel
