"""What importing papermill costs for nothing, left out."""

from __future__ import annotations

import sys


def spare_imports() -> None:
    """Keep `rfc3987_syntax` from being imported; call before the first import of papermill.

    papermill, nbformat and nbclient import jsonschema, which imports this module to check one kind
    of text, `iri`, that no notebook schema has. The module builds a grammar when imported: 0.9 s,
    more than all the rest of papermill. jsonschema does without where it is not installed, and
    that is what None in `sys.modules` looks like.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
