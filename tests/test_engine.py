"""A notebook run by the engine says what became of it, and is else what papermill makes of it."""

import ast
import concurrent.futures
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import matplotlib
import nbformat
import papermill
import psutil
import pytest
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from reading import awaited, kernels, notebook

from kukar_analysis import paths
from kukar_analysis.report.engine import fork


@pytest.fixture(autouse=True)
def quiet_loops():
    with kernels():
        yield


@pytest.fixture(scope="module", autouse=True)
def zygote():
    """Fork all kernels of this file from one zygote."""
    fork.preload(["kukar_analysis.analysis.missing"], "test")
    yield
    fork.end()


@pytest.fixture(params=["warm", "plain"])
def each_kind(request, monkeypatch):
    """Run once with forked kernels and once with plain ones."""
    if request.param == "plain":
        monkeypatch.setattr(fork, "available", lambda: False)


def run(path, *cells, engine_name="warm", **options):
    """Run cells into `path` and return what was made."""
    source = path.with_suffix(".in.ipynb")
    nbformat.write(notebook(*cells), source)
    options = {"progress_bar": False, **options}
    papermill.execute_notebook(source, path, engine_name=engine_name, **options)
    return nbformat.read(path, as_version=4)


def texts(made):
    return [o.data["text/plain"] for c in made.cells for o in c.get("outputs", []) if "data" in o]


def states(path):
    """Return status and exception of every code cell."""
    cells = nbformat.read(path, as_version=4).cells
    found = [c.metadata.papermill for c in cells if c.cell_type == "code"]
    return [(m.status, m.exception) for m in found]


STOPPED = [("completed", False), ("failed", True), ("pending", None)]


def outputs(made):
    return [(c.get("execution_count"), c.get("outputs")) for c in made.cells]


@pytest.mark.usefixtures("processed_env")
@pytest.mark.parametrize(
    ("names", "count"), [("0[27]*", 2), pytest.param("[0-9]*", 13, marks=pytest.mark.slow)]
)
def test_every_committed_notebook_comes_out_as_from_plain_papermill(names, count, tmp_path, caplog):
    found, out = sorted(paths.NOTEBOOKS.glob(f"{names}.ipynb")), tmp_path / "out.ipynb"
    for path in found:
        made = []
        for name in ("warm", "nbclient"):
            papermill.execute_notebook(path, out, engine_name=name, progress_bar=False)
            made.append(outputs(nbformat.read(out, as_version=4)))
        assert made[0] == made[1], path.name
    assert len(found) == count
    assert "not forked" not in caplog.text


DRAWN = """
import os, sys, warnings, matplotlib.pyplot as plt, numpy as np, pandas as pd, seaborn as sns
pd.DataFrame(np.arange(60).reshape(2, 30), columns=[f'kolom {i}' for i in range(30)])
print(pd.DataFrame(np.arange(60).reshape(2, 30)))
sns.barplot(x=['a', 'b'], y=[1, 2]); plt.show()
plt.plot([1, 2])[0].get_color()
plt.gca().set_title('baru')
plt.rcParams['backend'], os.environ['MPLBACKEND'], sys.argv[0], sorted({*sys.path})
warnings.warn('awas')
{k: v for k, v in os.environ.items() if k.endswith('_NUM_THREADS') or 'JE_' in k}
import ipywidgets; sorted(get_ipython().kernel.comm_manager.targets)
!echo dari shell; pwd
import multiprocessing; multiprocessing.get_context('fork').Pool(2).map(abs, [-1, -2])
"""


def test_figures_tables_and_what_a_cell_sees_are_as_in_a_plain_kernel(tmp_path):
    cells, hidden = DRAWN.strip().splitlines(), re.compile(r"ipykernel_\d+|/tmp/ipykernel\S+")
    warm, plain = (
        run(tmp_path / f"{name}.ipynb", *cells, engine_name=name) for name in ("warm", "nbclient")
    )
    text = [hidden.sub("", json.dumps(outputs(made))) for made in (warm, plain)]
    assert text[0] == text[1]
    assert text[0].count('"image/png"') == 3


SHARES = """
import builtins, os, random, time, numpy as np, pandas as pd
seen = (pd.get_option('display.max_rows'), os.environ.get('MINE'), os.getcwd(),
        hasattr(builtins, 'mine'), os.environ['LATER'], time.strftime('%z'))
pd.set_option('display.max_rows', 7)
os.environ['MINE'], builtins.mine = '1', 1
os.chdir('/')
seen, random.random(), float(np.random.rand()), float(np.random.default_rng().random())
"""


def test_two_kernels_share_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("LATER", "yes")
    monkeypatch.setenv("TZ", "Asia/Makassar")
    (first, *some), (second, *others) = (
        ast.literal_eval(texts(run(tmp_path / f"{name}.ipynb", SHARES, cwd=tmp_path))[0])
        for name in "ab"
    )
    assert first == second == (60, None, str(tmp_path), False, "yes", "+0800")
    assert not {*some} & {*others}


@pytest.mark.usefixtures("each_kind")
def test_kernels_that_run_at_once_hear_only_their_own_client_in_a_private_folder(tmp_path):
    where = (
        "import os\nfrom ipykernel.connect import get_connection_file\n"
        "path = get_connection_file()\npath, oct(os.stat(os.path.dirname(path)).st_mode)[-3:]"
    )

    def one(number):
        made = run(tmp_path / f"{number}.ipynb", f"for i in range(20): print({number})", where)
        return made.cells[0].outputs[0].text, *ast.literal_eval(texts(made)[0])

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for number, (text, path, mode) in enumerate(pool.map(one, range(4))):
            assert (text, mode) == (f"{number}\n" * 20, "700")
            assert not os.path.exists(os.path.dirname(path))


TOUCHES = "import builtins\nbuiltins.touched = [*getattr(builtins, 'touched', []), {!r}]\n"
TOUCHED = (
    "import builtins, os, sys, matplotlib.pyplot as plt\n"
    "getattr(builtins, 'touched', []), plt.rcParams['lines.linewidth'], plt.get_backend(),"
    " sys.flags.no_user_site"
)


@pytest.fixture
def meddling(tmp_path, monkeypatch):
    """Let whoever runs notebooks have all that reaches a kernel started by itself."""
    home, path = tmp_path / "home", tmp_path / "path"
    profile = home / ".ipython" / "profile_default"
    exec_lines = f"c.InteractiveShellApp.exec_lines = [{TOUCHES.format('config')!r}]"
    files = {
        profile / "startup" / "00-mine.py": TOUCHES.format("start-up file"),
        profile / "ipython_kernel_config.py": exec_lines,
        home / "start.py": TOUCHES.format("PYTHONSTARTUP"),
        home / "here" / "matplotlibrc": "lines.linewidth: 9",
        path / "sitecustomize.py": TOUCHES.format("sitecustomize"),
    }
    for file, text in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    personal = {"HOME": home, "PYTHONPATH": path, "PYTHONSTARTUP": home / "start.py"}
    personal |= {"PYTHONHASHSEED": "7", "MPLBACKEND": "agg", "MATPLOTLIBRC": home / "here"}
    personal |= {"XDG_CACHE_HOME": Path(matplotlib.get_cachedir()).parent}
    for name, value in (personal | {"JUPYTER_PREFER_ENV_PATH": "no"}).items():
        monkeypatch.setenv(name, str(value))
    for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(home / "here")
    fork.end()
    yield
    fork.end()


@pytest.mark.usefixtures("meddling", "each_kind")
def test_nothing_of_whoever_runs_it_reaches_a_kernel_though_it_would_reach_others(tmp_path):
    (tmp_path / "work").mkdir()
    own = {"resources": {"metadata": {"path": tmp_path / "work"}}}
    made = {"warm": own, "nbclient": {}}
    for name, how in made.items():
        (seen,) = texts(run(tmp_path / f"{name}.ipynb", TOUCHED, engine_name=name, **how))
        made[name] = ast.literal_eval(seen)
    touched, width, backend, no_user_site = made["warm"]
    assert (touched, width, no_user_site) == ([], 1.5, 1)
    assert backend.endswith("inline")
    touched, width, *_ = made["nbclient"]
    assert {*touched} == {"sitecustomize", "config", "PYTHONSTARTUP", "start-up file"}
    assert width == 9


DIES = "import os, signal\nprint('sampai sini', flush=True)\nos.kill(os.getpid(), signal.SIGKILL)"
SLEEPS = "import time\ntime.sleep(1000)"
BROKEN = [
    (DIES, {}, DeadKernelError, "Kernel died: SIGKILL, perhaps out of memory"),
    (SLEEPS, {"execution_timeout": 1}, CellTimeoutError, "timed out: a cell may take 1 s"),
]


@pytest.mark.usefixtures("each_kind")
@pytest.mark.parametrize(("cell", "options", "error", "said"), BROKEN)
def test_a_notebook_that_broke_off_is_marked_for_what_it_is(tmp_path, cell, options, error, said):
    path = tmp_path / "a.ipynb"
    with pytest.raises(error) as failed:
        run(path, "1 + 1", cell, "'tidak sampai'", **options)
    assert str(failed.value) == said
    made = nbformat.read(path, as_version=4)
    assert made.metadata.papermill.exception is True
    assert made.metadata.papermill.end_time
    assert states(path)[-3:] == STOPPED
    (broken,) = [c for c in made.cells if c.source == cell]
    assert said in [o.evalue for o in broken.outputs if o.output_type == "error"]


RUNNER = """
import signal, sys, papermill
signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it
papermill.execute_notebook(sys.argv[1], sys.argv[2], engine_name="warm", progress_bar=False)
"""


def test_a_run_that_is_interrupted_marks_its_cell_and_leaves_no_process(tmp_path):
    told = tmp_path / "pid"
    cell = f"import os, time\nopen({str(told)!r}, 'w').write(str(os.getpid()))\ntime.sleep(1000)"
    nbformat.write(notebook("1", cell, "2"), tmp_path / "in.ipynb")
    with subprocess.Popen(
        [sys.executable, "-c", RUNNER, tmp_path / "in.ipynb", tmp_path / "out.ipynb"],
        stderr=subprocess.DEVNULL,
    ) as runner:
        try:
            pid = awaited(lambda: told.exists() and told.read_text())
            runner.send_signal(signal.SIGINT)
            assert runner.wait(60) == -signal.SIGINT
        finally:
            runner.kill()
    awaited(lambda: not psutil.pid_exists(int(pid)))
    assert states(tmp_path / "out.ipynb") == STOPPED
