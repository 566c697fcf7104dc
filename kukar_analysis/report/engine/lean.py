"""What importing papermill costs for nothing, left out."""

from __future__ import annotations

import sys


def spare_imports() -> None:
    """Keep `rfc3987_syntax` from being imported; call before the first import of papermill.

    Its grammar takes 0.9 s, more than all the rest of papermill, for a check that no notebook's
    schema has; jsonschema does without where it is not installed, which is what None looks like.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
