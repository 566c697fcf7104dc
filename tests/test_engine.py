"""A notebook run by the engine says what became of it, and is else what papermill makes of it."""

import ast
import concurrent.futures
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import matplotlib
import nbformat
import papermill
import psutil
import pytest
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import v4
from papermill.exceptions import PapermillExecutionError
from reading import kernels

from kukar_analysis import store
from kukar_analysis.report.engine import fork, libraries, manager, record
from kukar_analysis.report.engine import papermill as engine
from kukar_analysis.report.engine.forked import ForkedKernel

KUKAR = [
    "kukar_analysis.analysis.missing",
]


@pytest.fixture(autouse=True)
def quiet_loops():
    with kernels():
        yield


@pytest.fixture(scope="module", autouse=True)
def zygote():
    """Fork all kernels of this file from one zygote."""
    fork.preload(KUKAR, "test")
    yield
    fork.end()


@pytest.fixture(params=["warm", "plain"])
def each_kind(request, monkeypatch):
    """Run once with forked kernels and once with plain ones."""
    if request.param == "plain":
        monkeypatch.setattr(fork, "available", lambda: False)
        monkeypatch.setattr(engine.WarmEngine, "_said", True)


def notebook(*cells):
    made = [v4.new_code_cell(source, id=f"c{i}") for i, source in enumerate(cells)]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return v4.new_notebook(cells=made, metadata={"kernelspec": kernel})


def run(path, *cells, engine_name="warm", **options):
    """Run cells into `path` and return what was made."""
    source = path.with_suffix(".in.ipynb")
    nbformat.write(notebook(*cells), source)
    options = {"progress_bar": False, **options}
    papermill.execute_notebook(source, path, engine_name=engine_name, **options)
    return nbformat.read(path, as_version=4)


def texts(made):
    return [o.data["text/plain"] for c in made.cells for o in c.get("outputs", []) if "data" in o]


def states(made):
    """Return status and exception of every code cell."""
    found = [c.metadata.papermill for c in made.cells if c.cell_type == "code"]
    return [(m.status, m.exception) for m in found]


def outputs(made):
    return [(c.get("execution_count"), c.get("outputs")) for c in made.cells]


@pytest.fixture(scope="module")
def plainly(processed, tmp_path_factory):
    """Run every committed notebook with plain papermill, two at a time; return them by name."""
    folder = tmp_path_factory.mktemp("plain")

    def one(path):
        papermill.execute_notebook(path, folder / path.name, progress_bar=False)
        return path.stem, nbformat.read(folder / path.name, as_version=4)

    paths = sorted(store.NOTEBOOKS.glob("[0-9]*.ipynb"))
    with pytest.MonkeyPatch.context() as patch, kernels():
        patch.setenv(store.PROCESSED_VARIABLE, str(processed))
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            return dict(pool.map(one, paths))


@pytest.mark.usefixtures("processed_env")
def test_every_committed_notebook_comes_out_as_from_plain_papermill(plainly, tmp_path):
    assert len(plainly) == 10
    for name, expected in plainly.items():
        papermill.execute_notebook(
            store.NOTEBOOKS / f"{name}.ipynb",
            tmp_path / f"{name}.ipynb",
            engine_name="warm",
            progress_bar=False,
        )
        made = nbformat.read(tmp_path / f"{name}.ipynb", as_version=4)
        assert outputs(made) == outputs(expected), name
    assert fork.zygote().report() == fork.Report(1, {})


DRAWN = [
    "import os, sys, warnings, matplotlib.pyplot as plt, numpy as np, pandas as pd, seaborn as sns",
    "pd.DataFrame(np.arange(60).reshape(2, 30), columns=[f'kolom {i}' for i in range(30)])",
    "print(pd.DataFrame(np.arange(60).reshape(2, 30)))",
    "sns.barplot(x=['a', 'b'], y=[1, 2]); plt.show()",
    "plt.plot([1, 2])[0].get_color()",
    "plt.gca().set_title('baru')",
    "plt.rcParams['backend'], os.environ['MPLBACKEND'], sys.argv[0], sorted({*sys.path})",
    "warnings.warn('awas')",
    "{k: v for k, v in os.environ.items() if k.endswith('_NUM_THREADS') or 'JE_' in k}",
    "import ipywidgets\nsorted(get_ipython().kernel.comm_manager.targets)",
    "!echo dari shell; pwd",
    "import multiprocessing\nmultiprocessing.get_context('fork').Pool(2).map(abs, [-1, -2])",
]


def test_figures_tables_and_what_a_cell_sees_are_as_in_a_plain_kernel(tmp_path):
    warm = run(tmp_path / "warm.ipynb", *DRAWN)
    plain = run(tmp_path / "plain.ipynb", *DRAWN, engine_name="nbclient")
    hidden = re.compile(r"ipykernel_\d+|/tmp/ipykernel\S+")
    text = [hidden.sub("", json.dumps(outputs(made))) for made in (warm, plain)]
    assert text[0] == text[1]
    pictures = [o for c in warm.cells for o in c.outputs if "image/png" in o.get("data", {})]
    assert len(pictures) == 3


def test_random_numbers_of_two_kernels_differ(tmp_path):
    cell = (
        "import random, numpy as np\n"
        "[random.random(), float(np.random.rand()), float(np.random.default_rng().random())]"
    )
    first, second = (
        json.loads(texts(run(tmp_path / f"{name}.ipynb", cell))[0]) for name in ("a", "b")
    )
    assert all(a != b for a, b in zip(first, second, strict=True))


def test_what_one_notebook_sets_the_next_does_not_see(tmp_path):
    sets = (
        "import os, pandas as pd, builtins\npd.set_option('display.max_rows', 7)\n"
        "os.environ['MINE'] = '1'\nbuiltins.mine = 1\nos.chdir('/')"
    )
    sees = (
        "import os, pandas as pd, builtins\n"
        "pd.get_option('display.max_rows'), os.environ.get('MINE'), hasattr(builtins, 'mine'),"
        " os.getcwd()"
    )
    before = texts(run(tmp_path / "before.ipynb", sees))
    run(tmp_path / "sets.ipynb", sets)
    assert texts(run(tmp_path / "after.ipynb", sees)) == before
    assert before == [str((60, None, False, os.getcwd()))]


@pytest.mark.usefixtures("each_kind")
def test_kernels_that_run_at_once_hear_only_their_own_client(tmp_path):
    def one(number):
        cells = [f"mine = {number}", "import time\nfor i in range(20): print(mine)", "mine"]
        made = run(tmp_path / f"{number}.ipynb", *cells)
        return made.cells[1].outputs[0].text, texts(made)

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        made = list(pool.map(one, range(8)))
    assert made == [(f"{n}\n" * 20, [str(n)]) for n in range(8)]


@pytest.mark.usefixtures("each_kind")
def test_a_kernel_listens_in_a_private_folder_that_is_gone_afterwards(tmp_path):
    cell = (
        "import json, os\nfrom ipykernel.connect import get_connection_file\n"
        "path = get_connection_file()\n"
        "json.load(open(path))['transport'], path, oct(os.stat(os.path.dirname(path)).st_mode)"
    )
    transport, path, mode = ast.literal_eval(texts(run(tmp_path / "a.ipynb", cell))[0])
    assert transport == "ipc"
    assert mode.endswith("700")
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
    profile, rc = home / ".ipython" / "profile_default", "lines.linewidth: 9"
    exec_lines = f"c.InteractiveShellApp.exec_lines = [{TOUCHES.format('config')!r}]"
    kernel = {
        "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "env": {"PYTHONSTARTUP": str(home / "start.py")},
        "display_name": "Python 3",
        "language": "python",
    }
    files = {
        profile / "startup" / "00-mine.py": TOUCHES.format("start-up file"),
        profile / "ipython_kernel_config.py": exec_lines,
        home / ".jupyter" / "ipython_kernel_config.py": exec_lines,
        home / ".local/share/jupyter/kernels/python3/kernel.json": json.dumps(kernel),
        home / ".config" / "matplotlib" / "matplotlibrc": rc,
        home / "start.py": TOUCHES.format("PYTHONSTARTUP"),
        home / "here" / "matplotlibrc": rc,
        path / "sitecustomize.py": TOUCHES.format("sitecustomize"),
    }
    for file, text in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    fonts = Path(matplotlib.get_cachedir()).parent
    personal = {
        "HOME": home,
        "PYTHONPATH": path,
        "PYTHONSTARTUP": home / "start.py",
        "PYTHONHASHSEED": "7",
        "MPLBACKEND": "agg",
        "MATPLOTLIBRC": home / "here",
        "XDG_CACHE_HOME": fonts,
        "JUPYTER_PREFER_ENV_PATH": "no",
    }
    for name, value in personal.items():
        monkeypatch.setenv(name, str(value))
    for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(home / "here")
    fork.end()
    yield
    fork.end()


@pytest.mark.usefixtures("meddling", "each_kind")
def test_nothing_of_whoever_runs_it_reaches_a_kernel(tmp_path):
    (tmp_path / "work").mkdir()
    made = run(tmp_path / "a.ipynb", TOUCHED, resources={"metadata": {"path": tmp_path / "work"}})
    (seen,) = texts(made)
    touched, width, backend, no_user_site = ast.literal_eval(seen)
    assert (touched, width, no_user_site) == ([], 1.5, 1)
    assert backend.endswith("inline")


@pytest.mark.usefixtures("meddling")
def test_the_same_files_do_reach_a_kernel_that_is_not_ours(tmp_path):
    (seen,) = texts(run(tmp_path / "a.ipynb", TOUCHED, engine_name="nbclient"))
    assert set(ast.literal_eval(seen)[0]) == {
        "sitecustomize",
        "config",
        "PYTHONSTARTUP",
        "start-up file",
    }
    assert ast.literal_eval(seen)[1] == 9


def test_the_environment_and_the_folder_of_a_kernel_are_those_of_the_moment(tmp_path, monkeypatch):
    monkeypatch.setenv("LATER", "yes")
    monkeypatch.setenv("TZ", "Asia/Makassar")
    cell = "import os, time\nos.environ['LATER'], os.getcwd(), time.strftime('%z')"
    (made,) = texts(run(tmp_path / "a.ipynb", cell, cwd=tmp_path))
    assert ast.literal_eval(made) == ("yes", str(tmp_path), "+0800")


DIES = "import os, signal\nprint('sampai sini', flush=True)\nos.kill(os.getpid(), signal.SIGKILL)"
SLEEPS = "import time\ntime.sleep(1000)"
BROKEN = [
    (
        DIES,
        {},
        DeadKernelError,
        "kernel mati (SIGKILL, mungkin memori habis)",
        "kernel died (SIGKILL",
    ),
    (
        "import os\nos._exit(3)",
        {},
        DeadKernelError,
        "kernel mati (kode keluar 3)",
        "kernel died (exit code 3)",
    ),
    (
        SLEEPS,
        {"execution_timeout": 1},
        CellTimeoutError,
        "waktu habis sesudah 1 s (batas satu sel)",
        "timed out after 1 s (a cell may take 1 s)",
    ),
    (
        SLEEPS,
        {"total_timeout": 3, "execution_timeout": 60},
        CellTimeoutError,
        "waktu habis sesudah 3 s (batas seluruh notebook)",
        "timed out after 3 s (the notebook may take 3 s)",
    ),
]


@pytest.mark.usefixtures("each_kind")
@pytest.mark.parametrize(("cell", "options", "error", "indonesian", "english"), BROKEN)
def test_a_notebook_that_broke_off_is_marked_for_what_it_is(
    tmp_path, cell, options, error, indonesian, english
):
    path = tmp_path / "a.ipynb"
    with pytest.raises(error):
        run(path, "1 + 1", cell, "'tidak sampai'", **options)
    made = nbformat.read(path, as_version=4)
    assert made.metadata.papermill.exception is True
    assert made.metadata.papermill.end_time
    assert states(made) == [("completed", False), ("failed", True), ("pending", None)]
    top, _, anchor, failed, _ = made.cells
    assert failed.source == cell
    for banner in (top, anchor):
        assert banner.metadata.tags == ["papermill-error-cell-tag"]
        assert indonesian in banner.source
        assert english in banner.source
    assert 'href="#papermill-error-cell"' in top.source
    assert 'id="papermill-error-cell"' in anchor.source


def test_a_new_run_takes_the_banners_away_and_marks_itself(tmp_path):
    with pytest.raises(DeadKernelError):
        run(tmp_path / "a.ipynb", DIES, "2")
    broken = nbformat.read(tmp_path / "a.ipynb", as_version=4)
    for cell in broken.cells:
        cell.source = cell.source.replace("os.kill", "print")
    nbformat.write(broken, tmp_path / "b.ipynb")
    papermill.execute_notebook(
        tmp_path / "b.ipynb", tmp_path / "c.ipynb", engine_name="warm", progress_bar=False
    )
    made = nbformat.read(tmp_path / "c.ipynb", as_version=4)
    assert states(made) == [("completed", False), ("completed", False)]
    assert len(made.cells) == 2
    assert made.metadata.papermill.exception is None


def test_a_cell_that_raises_is_marked_as_by_papermill_itself(tmp_path):
    cells = ["1", "raise ValueError('satu')", "2"]
    for name, engine_name in (("warm", "warm"), ("plain", "nbclient")):
        with pytest.raises(PapermillExecutionError, match="satu"):
            run(tmp_path / f"{name}.ipynb", *cells, engine_name=engine_name)
    warm, plain = (nbformat.read(tmp_path / f"{n}.ipynb", as_version=4) for n in ("warm", "plain"))
    assert (
        states(warm) == states(plain) == [("completed", False), ("failed", True), ("pending", None)]
    )
    assert [c.source for c in warm.cells] == [c.source for c in plain.cells]
    assert outputs(warm) == outputs(plain)


def test_a_kernel_that_does_not_start_leaves_every_cell_pending(tmp_path):
    with pytest.raises(RuntimeError):
        run(tmp_path / "a.ipynb", "1", "2", extra_arguments=["--no-such-flag=1", "--version"])
    made = nbformat.read(tmp_path / "a.ipynb", as_version=4)
    assert states(made) == [("pending", None), ("pending", None)]
    assert made.metadata.papermill.exception is True
    assert "tidak selesai" in made.cells[0].source


def test_a_message_of_an_error_is_text_on_the_banner():
    assert record.cause(ValueError("<b>")) == ("ValueError: <b>",) * 2
    nb = notebook("1")
    nb.metadata.papermill = {}
    made = record.Record(nb, progress_bar=False)
    made.notebook_start()
    made.break_off(ValueError("<b>"))
    made.notebook_complete()
    assert "&lt;b&gt;" in made.nb.cells[0].source


def test_a_cell_gets_no_more_than_the_notebook_has_left(tmp_path):
    with pytest.raises(CellTimeoutError, match="Time limit of a cell"):
        run(tmp_path / "a.ipynb", SLEEPS, execution_timeout=1, total_timeout=60)
    with pytest.raises(CellTimeoutError, match="Time limit of the notebook") as late:
        run(tmp_path / "b.ipynb", "import time\ntime.sleep(1.2)", SLEEPS, total_timeout=1.5)
    assert late.value.whole
    assert late.value.seconds == 1.5


RUNNER = """
import signal, sys, papermill
signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it
papermill.execute_notebook(sys.argv[1], sys.argv[2], engine_name="warm", progress_bar=False)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_interrupted_marks_its_cell_and_leaves_no_process(tmp_path, number):
    told = tmp_path / "pid"
    cell = f"import os, time\nopen({str(told)!r}, 'w').write(str(os.getpid()))\ntime.sleep(1000)"
    nbformat.write(notebook("1", cell, "2"), tmp_path / "in.ipynb")
    runner = subprocess.Popen(
        [sys.executable, "-c", RUNNER, tmp_path / "in.ipynb", tmp_path / "out.ipynb"],
        stderr=subprocess.DEVNULL,
    )
    try:
        pid = awaited(lambda: told.exists() and told.read_text())
        runner.send_signal(number)
        assert runner.wait(60) in (143, -signal.SIGINT)
    finally:
        runner.kill()
        runner.wait()
    awaited(lambda: not psutil.pid_exists(int(pid)))
    made = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    assert states(made) == [("completed", False), ("failed", True), ("pending", None)]
    assert "dihentikan dari luar" in made.cells[0].source


LOST = """
import signal, sys, papermill
from kukar_analysis.report.engine.record import Record
signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it

class Late:
    def __del__(self):
        signal.raise_signal(int(sys.argv[3]))  # what is raised in here, Python only prints

Record.save_if_late = lambda self: Late() and None
papermill.execute_notebook(sys.argv[1], sys.argv[2], engine_name="warm", progress_bar=False)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_whose_exception_is_lost_ends_the_run_all_the_same(tmp_path, number):
    nbformat.write(notebook("import time\ntime.sleep(1000)", "2"), tmp_path / "in.ipynb")
    paths = [tmp_path / "in.ipynb", tmp_path / "out.ipynb"]
    runner = subprocess.run(
        [sys.executable, "-c", LOST, *paths, str(int(number))],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "Exception ignored in" in runner.stderr
    assert runner.returncode in (143, -signal.SIGINT)
    made = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    assert states(made) == [("failed", True), ("pending", None)]
    assert "dihentikan dari luar" in made.cells[0].source


def awaited(condition):
    """Return what a condition gives once it holds; fails after 60 s."""
    until = time.monotonic() + 60
    while not (found := condition()):
        assert time.monotonic() < until, "did not come about"
        time.sleep(0.02)
    return found


def test_notebooks_in_other_threads_can_be_interrupted(tmp_path):
    told = [tmp_path / "0", tmp_path / "1"]

    def one(path):
        cell = f"import time\nopen({str(path)!r}, 'w').close()\ntime.sleep(1000)"
        with pytest.raises(record.InterruptedRunError):
            run(path.with_suffix(".ipynb"), cell)
        return nbformat.read(path.with_suffix(".ipynb"), as_version=4)

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        running = [pool.submit(one, path) for path in told]
        awaited(lambda: all(path.exists() for path in told))
        engine.interrupt()
        made = [future.result() for future in running]
    assert all(states(m) == [("failed", True)] for m in made)
    assert all("dihentikan dari luar" in m.cells[0].source for m in made)


@pytest.mark.usefixtures("each_kind")
def test_the_value_of_an_expression_after_the_last_cell_is_kept(tmp_path):
    cells = ["a = 20\na", "print('x')"]
    asked = run(tmp_path / "a.ipynb", *cells, ask="(a + 1, print('y'), len(In))")
    silent = run(tmp_path / "b.ipynb", *cells)
    assert asked.metadata.papermill.asked == "(21, None, 3)"
    assert outputs(asked) == outputs(silent)
    assert "asked" not in silent.metadata.papermill


def test_an_expression_that_raises_is_an_error_of_the_run(tmp_path):
    with pytest.raises(PapermillExecutionError, match="NameError") as failed:
        run(tmp_path / "a.ipynb", "1", ask="tidak_ada")
    assert failed.value.source == "tidak_ada"
    made = nbformat.read(tmp_path / "a.ipynb", as_version=4)
    assert made.metadata.papermill.exception is True
    assert states(made) == [("completed", False)]
    assert "tidak_ada" in made.cells[0].source


def test_a_notebook_that_failed_is_not_asked(tmp_path):
    with pytest.raises(PapermillExecutionError, match="ZeroDivisionError"):
        run(tmp_path / "a.ipynb", "1 / 0", ask="tidak_ada")


def test_the_file_is_written_at_start_and_end_and_meanwhile_while_a_cell_runs(
    tmp_path, monkeypatch
):
    written = []

    def write(nb, path):
        written.append([c.metadata.papermill.status for c in nb.cells])

    monkeypatch.setattr("papermill.engines.write_ipynb", write)
    run(tmp_path / "a.ipynb", *(["1"] * 10))
    assert written == [["pending"] * 10, ["completed"] * 10]
    written.clear()
    run(tmp_path / "b.ipynb", "1", "import time\ntime.sleep(4)")
    assert written.count(["completed", "running"]) == 1
    written.clear()
    run(
        tmp_path / "c.ipynb",
        "import time\nfor i in range(30): print(i); time.sleep(0.1)",
        autosave_cell_every=1,
    )
    assert written.count(["running"]) >= 2
    written.clear()
    with pytest.raises(PapermillExecutionError):
        run(tmp_path / "c.ipynb", "1 / 0", "2")
    assert written[1] == ["failed", "pending"]


HANGS = """
from ipykernel.kernelapp import IPKernelApp
def close(self):
    __import__('time').sleep(1000)
IPKernelApp.close.__code__ = close.__code__
"""


@pytest.mark.usefixtures("each_kind")
def test_an_end_of_ipykernel_that_hangs_keeps_nobody_waiting(tmp_path, monkeypatch):
    ended = []
    close = ForkedKernel.close
    monkeypatch.setattr(
        ForkedKernel, "close", lambda self: (close(self), ended.append(self.returncode))
    )
    run(tmp_path / "a.ipynb", HANGS, "1")
    assert ended == ([0] if fork.available() else [])


def test_what_a_notebook_registers_for_its_end_is_done(tmp_path):
    told = tmp_path / "told"
    cell = (
        "import atexit, threading, time\n"
        f"atexit.register(lambda: open({str(told)!r}, 'a').write('end'))\n"
        f"def late():\n    time.sleep(0.3)\n    open({str(told)!r}, 'a').write('thread ')\n"
        "threading.Thread(target=late).start()"
    )
    run(tmp_path / "a.ipynb", cell)
    assert told.read_text() == "thread end"


def test_a_kernel_is_ready_when_it_has_answered(tmp_path, monkeypatch):
    answers = manager.ReadyClient._answers
    asked = []

    async def told(self, request):
        asked.append(await answers(self, request))
        return asked[-1]

    monkeypatch.setattr(manager.ReadyClient, "_answers", told)
    run(tmp_path / "a.ipynb", "1")
    assert asked == [True]


def test_without_fork_a_plain_kernel_runs_and_that_is_said_once(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(fork, "available", lambda: False)
    monkeypatch.setattr(engine.WarmEngine, "_said", False)
    made = [run(tmp_path / f"{n}.ipynb", "import os\nos.getppid()") for n in "ab"]
    assert [texts(m) for m in made] == [[str(os.getpid())]] * 2
    assert [r.message for r in caplog.records if "Linux" in r.message] == [
        "Kernels can be forked on Linux only; here each is started anew"
    ]


def test_the_libraries_of_a_notebook_are_read_from_its_cells():
    cells = [
        "%matplotlib inline\nimport pandas as pd, os",
        "from openpyxl.styles import Font\nfrom kukar_analysis import store",
        "%%bash\nimport(numpy",
        "if True:\n    import seaborn\ndef f():\n    import babel",
        "import tidak_ada\nimport pandas",
    ]
    assert libraries.imported(cells) == ["pandas", "openpyxl.styles"]
