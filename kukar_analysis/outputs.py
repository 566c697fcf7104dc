"""What of a notebook git keeps: the clean filter of .gitattributes (`make setup`) is this module.

`kukar lab` calls `saved`. Standard library only: git starts it anew for each notebook it looks at.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

COMPARED = "nbval-check-output"  # tag of the cells whose outputs are kept, as tests compare them


def kept(text: str) -> str:
    """Return a notebook with its cells, their tags and outputs that are compared, numbered anew.

    What is no notebook, or names no kernel, is returned as it is.
    """
    try:
        notebook, count = json.loads(text), 0
        for cell in notebook["cells"]:
            tags = cell["metadata"].get("tags", [])
            cell["metadata"] = {"tags": tags} if tags else {}
            if cell["cell_type"] == "code":
                count += 1
                own, compared = {"metadata": {}, "execution_count": count}, COMPARED in tags
                shown = [o for o in cell["outputs"] if compared and "data" in o]
                cell["outputs"] = [{k: own.get(k, o[k]) for k in o} for o in shown]
                cell["execution_count"] = count if compared else None
        about = notebook["metadata"]
        notebook["metadata"] = {key: about[key] for key in ("kernelspec", "kukar") if key in about}
        notebook["metadata"]["language_info"] = {"name": about["language_info"]["name"]}
        if about["kernelspec"]["name"] == "python3":  # its title is another in each desk
            about["kernelspec"]["display_name"] = "Python 3"
    except (ValueError, KeyError, TypeError, AttributeError):
        return text
    return json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def saved(os_path: str, **_: Any) -> None:
    """Let git take note of a notebook that was saved and whose kept part is as it was.

    Git takes a file of another size for changed, whatever its filter makes of it. What differs is
    left alone; without git nothing happens. A hook of JupyterLab.
    """
    path = Path(os_path)
    try:
        for words in ("diff --quiet", "add --update") if path.suffix == ".ipynb" else ():
            command = ["git", *words.split(), "--", path.name]
            subprocess.run(command, cwd=path.parent, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return


if __name__ == "__main__":
    sys.stdout.buffer.write(kept(sys.stdin.buffer.read().decode()).encode())
