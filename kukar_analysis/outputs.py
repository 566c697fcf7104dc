"""What of a notebook git keeps: `python -m kukar_analysis.outputs` takes the rest away.

It is the clean filter of .gitattributes (`make setup`), and `kukar lab` calls `saved`: a notebook
that was run and saved is to git as it was. Standard library only: git calls it for each notebook.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from kukar_analysis import paths

COMPARED = "nbval-check-output"
"""Tag of the cells whose outputs are kept, as tests compare them."""
_SHOWN = ("execute_result", "display_data")
_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def kept(text: str) -> str:
    """Return a notebook without what a run leaves behind; a text that is no notebook as it is.

    Kept: cells, their tags, compared outputs as a run from the top counts them, kernel, `kukar`.
    """
    try:
        notebook, count = json.loads(text), 0
        for cell in notebook["cells"]:
            tags = cell["metadata"].get("tags", [])
            cell["metadata"] = {"tags": tags} if tags else {}
            if cell["cell_type"] == "code":
                count += 1
                compared = COMPARED in tags
                found = [o for o in cell["outputs"] if compared and o["output_type"] in _SHOWN]
                cell["outputs"], cell["execution_count"] = found, count if compared else None
                for output in found:
                    output["metadata"] = {}
                    if "execution_count" in output:
                        output["execution_count"] = count
        about = notebook["metadata"]
    except (ValueError, KeyError, TypeError, AttributeError):
        return text
    own = about.get("kernelspec", {}).get("name") not in (None, _KERNEL["name"])
    notebook["metadata"] = {
        **({"kukar": about["kukar"]} if "kukar" in about else {}),
        "kernelspec": about["kernelspec"] if own else _KERNEL,
        "language_info": {"name": about.get("language_info", {}).get("name", "python")},
    }
    made = json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    return made.replace(str(paths.NOTEBOOKS), ".").replace(str(paths.ROOT), ".")


def saved(os_path: str, **_: Any) -> None:
    """Let git take note of a notebook that was saved and whose kept part is as it was.

    Git takes a file of another size for changed, whatever its filter makes of it. What differs is
    left alone; without git nothing happens. A hook of JupyterLab.
    """
    path = Path(os_path)
    asked = (["diff", "--quiet"], ["add", "--update"]) if path.suffix == ".ipynb" else ()
    try:
        for words in asked:
            command = ["git", *words, "--", path.name]
            subprocess.run(command, cwd=path.parent, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return


if __name__ == "__main__":
    sys.stdin.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]
    sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]
    sys.stdout.write(kept(sys.stdin.read()))
