"""The command line: what it says, what it leaves, and its exit codes."""

import os
import re
import shlex
import shutil
import subprocess
import sys

import pytest
import typer.main
from making import bytes_of, held_by_another
from reading import KUKAR, STAYED_AWAY, kernels, raw, write_notebook
from typer.testing import CliRunner

from kukar_analysis import cli, paths, store
from kukar_analysis.errors import KukarError
from kukar_analysis.report import cache

COMMANDS = {n: c for n, c in typer.main.get_command(cli.app).commands.items() if not c.hidden}
NATIONAL = "2023/tabel-nasional-peserta.csv"
HEADINGS = ";".join(raw(NATIONAL)[0])
KUKARS = ";".join(["1", *[*raw(NATIONAL)[35].values()][1:]])

pytestmark = pytest.mark.usefixtures("processed_env")


def kukar(*arguments):
    with kernels():
        return CliRunner().invoke(cli.app, [str(argument) for argument in arguments])


def national(*lines):
    """Return a national table of these lines, as a raw folder holds it."""
    return {NATIONAL: "\n".join([HEADINGS, *lines]) + "\n"}


@pytest.fixture
def notebooks(tmp_path, monkeypatch):
    """Put a quick notebook in the place of the index; a file named `rusak` makes it fail."""
    for module in (store, paths):
        monkeypatch.setattr(module, "NOTEBOOKS", tmp_path / "notebooks")
    broken = tmp_path / "rusak"
    source = f"import pathlib\nif pathlib.Path({str(broken)!r}).exists() and region == '35.07':"
    write_notebook(store.NOTEBOOKS, "02_indeks", f"{source}\n    raise ValueError('rusak')\nregion")
    return broken


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example_that_can_be_typed(name):
    said = " ".join(kukar(name, "--help").output.split())
    example = re.search(r"Example: kukar (\S+)(.*?) (?:Arguments|Options):", said)
    assert example[1] == name
    assert COMMANDS[name].make_context(name, shlex.split(example[2])).params
    assert len(said[: said.index("Example:")]) > 60


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ("--change collaboration=2,00", 0, "index: 2.82 -> 2.90 (+0.08)"),
        ("--target 3.00", 0, "Kolaborasi 1,20 menjadi 2,91 (+1,71)"),
        ("--region 35.07 --target 3.00", 0, "Jalan terpendek: 2 langkah sebesar 1,00 poin"),
        ("--region 35.07 --target 4.00 --fixed impact", 1, "tidak tercapai"),
        ("", 2, "say what to change"),
        ("--change output", 2, "expected NAME=VALUE"),
        ("--change karangan=1", 2, "no component or question"),
        ("--change output=5", 1, "outside the scale"),
        ("--target tiga", 2, "is no number"),
        ("--region 64.02 --target 3 --step 0", 2, "moves nothing"),
        ("--target 3.00 --fixed karangan", 2, "no component, pillar or question"),
    ],
)
def test_what_if_counts_and_refuses(arguments, code, words, processed):
    command = [sys.executable, "-m", "kukar_analysis", "what-if", "2023", *shlex.split(arguments)]
    ended = subprocess.run(
        [*command, "--processed", str(processed)], capture_output=True, text=True
    )
    said = ended.stdout + ended.stderr
    assert (ended.returncode, words in said) == (code, True), said
    assert "Traceback" not in said


def test_help_alone_lists_the_commands():
    said = kukar("--help")
    assert said.exit_code == 0
    assert all(f"\n  {name} " in said.output for name in COMMANDS)


def test_options_that_mean_the_same_have_the_same_name_and_help():
    meant = {}
    for command in COMMANDS.values():
        for option in command.params:
            if option.param_type_name == "option":
                one = option.help.removesuffix("; may be given several times")
                meant.setdefault(option.name, set()).add((tuple(option.opts), one))
    assert set(meant) >= {"year", "region", "raw", "processed", "reports", "only", "jobs"}
    assert len(meant.pop("force")) == 2, "what is done without need is each command's own"
    for name, said in meant.items():
        ((names, _),) = said
        assert f"--{name.rstrip('_').replace('_', '-')}" in names


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["list", "--region", "6402"], 2, "kukar: region '6402' is not known: it is written with"),
        (["list", "--year", "2019"], 2, "kukar: year 2019 has no files; known: 2021, 2022, 202"),
        (
            ["report", "--region", KUKAR, "--only", "tidak_ada"],
            2,
            "kukar: no report 'tidak_ada'; `kukar list`",
        ),
        (["clean", "--raw", "tidak/ada"], 2, "kukar: tidak/ada is no folder; expected one with"),
        (
            ["check", "--processed", "tidak/ada"],
            1,
            "kukar: no tables are there yet (ada): run `kukar clean`",
        ),
    ],
)
def test_an_error_is_one_line_and_an_exit_code(arguments, code, said, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["kukar", *arguments])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    error = capsys.readouterr().err
    assert ended.value.code == code
    assert error.startswith(said)
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["list", "-p", "pillar"],
        ["list", "-p", "=governance"],
        ["list", "--year", "dua"],
        ["report", "--jobs", "0"],
        ["laporan"],
        ["check", "--tahun", "2023"],
    ],
)
def test_wrong_use_ends_with_2_and_says_what_was_wrong(arguments):
    ended = kukar(*arguments)
    assert ended.exit_code == 2
    assert "Error: " in ended.output
    assert "Traceback" not in ended.output


def test_as_a_module_it_is_the_same_program_without_a_traceback(processed):
    command = [sys.executable, "-m", "kukar_analysis", "list", "--processed", str(processed)]
    ended = subprocess.run([*command, "--region", "6402"], capture_output=True, text=True)
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr.startswith("kukar: region '6402' is not known")
    assert ended.stderr.count("\n") == 1


def test_clean_says_how_many_records_went_where(raw_folder, tmp_path, sized):
    sized({"2023-kppn-ikn": 1})
    folder = raw_folder(national(KUKARS, KUKARS))
    ended = kukar("clean", "--raw", folder, "--processed", tmp_path)
    assert ended.exit_code == 0
    assert "2 records read = 1 kept + 0 rejected + 1 duplicate" in ended.output
    assert "index_scores 1" in ended.output
    assert len(store.read("index_scores", tmp_path)) == 1


def test_clean_with_a_faulty_file_ends_with_1_and_the_rest_is_read(raw_folder, tmp_path):
    folder = raw_folder({**national(KUKARS), "2023/rusak.csv": "apa;ini\n1;2\n"})
    ended = kukar("clean", "--raw", folder, "--processed", tmp_path)
    assert ended.exit_code == 1
    assert "problem: 2023/rusak.csv: " in ended.output
    (row,) = store.read("index_scores", tmp_path).itertuples()
    assert (row.region, row.index_published) == (KUKAR, 2.82)


def test_clean_with_a_faulty_record_ends_with_1_and_says_where_it_stands(raw_folder, tmp_path):
    faulty = KUKARS.replace("KUTAI KARTANEGARA", "MALANG").replace(";3,6;", ";5,6;")
    ended = kukar("clean", "--raw", raw_folder(national(KUKARS, faulty)), "--processed", tmp_path)
    assert ended.exit_code == 1
    assert f"problem: {NATIONAL}#l3:c3: BASELINE '5,6'" in ended.output
    assert store.read("index_scores", tmp_path)["region"].tolist() == [KUKAR]


def test_a_table_that_is_not_whole_ends_clean_and_check_with_1(raw_folder, tmp_path):
    folder, tables = raw_folder(national(KUKARS)), ["--processed", tmp_path / "t"]
    short = "participants 2023-kppn-ikn: 1 of 58 are on record"
    for words in (["clean", "--raw", folder], ["check", "--raw", folder]):
        ended = kukar(*words, *tables)
        assert ended.exit_code == 1
        assert short in ended.output


def test_check_counts_what_agrees_and_what_cannot_be_recomputed(processed):
    ended = kukar("check", "--processed", processed)
    assert ended.exit_code == 0
    rules = [line for line in ended.output.splitlines() if not line.startswith("edition ")]
    assert rules == [
        "participants 2022-kppn-ikn: 38 of 38 are on record",
        "participants 2023-kppn-ikn: 58 of 58 are on record",
        "participants 2023-reguler: 72 of 72 are on record",
        "finals 2022: 38 of 38 agree",
        "finals 2023: 130 of 130 agree",
        "improvements 2023: 32 of 32 agree; 96 more are printed and cannot be recomputed",
        "component means: 11 of 11 agree",
        "quick wins on record: 12 of 12 agree",
    ]


def test_check_of_a_changed_figure_ends_with_1_and_names_both_values(tables, tmp_path):
    finals = tables["index_scores"].copy()
    mine = (finals["region"] == KUKAR) & (finals["year"] == 2023)
    finals.loc[mine, "index_published"] = 2.83
    store.write_all({**tables, "index_scores": finals}, tmp_path)
    ended = kukar("check", "--processed", tmp_path)
    assert ended.exit_code == 1
    assert "finals 2023: 129 of 130 agree; 1 differ" in ended.output
    (line,) = [line for line in ended.output.splitlines() if "differs:" in line]
    assert "Kabupaten Kutai Kartanegara 2023 final: printed 2.83, computed 2.82" in line
    assert f"({NATIONAL}#l37:c9)" in line


def test_check_of_tables_without_a_figure_is_an_error_and_no_success(tables, tmp_path):
    store.write_all({name: table.head(0) for name, table in tables.items()}, tmp_path)
    ended = kukar("check", "--processed", tmp_path)
    assert isinstance(ended.exception, KukarError)
    assert "nothing to check" in str(ended.exception)


def test_list_shows_each_report_its_status_and_the_file_it_waits_for(processed):
    ended = kukar("list", "--year", "2023", "--region", KUKAR, "--processed", processed)
    assert ended.exit_code == 0
    lines = ended.output.splitlines()
    assert lines[-1] == "3 complete, 10 incomplete, 1 waiting"
    assert re.fullmatch(r"2023/64\.02/00_ringkasan +incomplete", lines[0])
    assert any(re.fullmatch(r"2023/64\.02/02_indeks +complete", line) for line in lines)
    place = next(i for i, line in enumerate(lines) if "03_pilar-living" in line)
    assert lines[place].endswith(" incomplete")
    assert "Nilai per butir Kabupaten Kutai Kartanegara 2023 belum tercatat" in lines[place + 1]


def test_list_keeps_what_is_asked_for(processed):
    asked = ["--year", 2023, "--region", KUKAR, "-p", "pillar=living"]
    ended = kukar("list", *asked, "--processed", processed)
    names = [line.split()[0] for line in ended.output.splitlines() if line.startswith("2023/")]
    assert names == ["2023/64.02/03_pilar-living"]


def test_report_publishes_what_was_asked_for_and_a_second_failing_run_ends_with_1(
    notebooks, processed, tmp_path
):
    folder = tmp_path / "laporan"
    asked = ["--year", 2023, "--only", "02_indeks", "--processed", processed, "--reports", folder]
    first = kukar("report", *asked)
    assert first.exit_code == 0
    assert "2 reports made, 0 failed, 0 up to date, 0 waiting" in first.output
    assert f"open {folder / 'index.html'}" in first.output
    before = bytes_of(folder)
    notebooks.touch()
    second = kukar("report", *asked, "--force")
    assert second.exit_code == 1
    assert "1 reports made, 1 failed, 0 up to date, 0 waiting" in second.output
    assert re.search(
        r"2023/35\.07/02_indeks  failed: cell \d \(.*\): ValueError: rusak", second.output
    )
    after = bytes_of(folder)
    kept = [path for path in before if "35.07" in str(path)]
    assert [path for path in kept if after[path] != before[path]] == []
    assert len(kept) == 2
    (copy,) = (folder / "gagal").iterdir()
    assert copy.name == "2023_35.07_02_indeks.ipynb"
    assert list(folder.glob(".staging*")) == []


@pytest.mark.usefixtures("notebooks")
def test_a_report_that_breaks_off_leaves_the_earlier_pages_and_no_staging_folder(
    processed, tmp_path, monkeypatch
):
    from kukar_analysis.report import site

    folder = tmp_path / "laporan"
    (folder / "2023" / KUKAR).mkdir(parents=True)
    for name in (f"2023/{KUKAR}/02_indeks.html", f"2023/{KUKAR}/02_indeks.ipynb", "index.html"):
        (folder / name).write_text("lama")
    (folder / "manifest.json").write_text('{"reports": []}')
    before = bytes_of(folder)
    monkeypatch.setattr(site, "index", lambda *_, **__: 1 / 0)
    asked = ["--year", 2023, "--region", KUKAR, "--only", "02_indeks"]
    ended = kukar("report", *asked, "--processed", processed, "--reports", folder)
    assert isinstance(ended.exception, ZeroDivisionError)
    assert bytes_of(folder) == before
    assert sorted(path.name for path in folder.iterdir()) == ["2023", "index.html", "manifest.json"]


def test_run_with_a_wrong_figure_publishes_nothing(raw_folder, tmp_path):
    wrong = KUKARS.replace(";2,82;", ";2,92;")
    assert wrong != KUKARS
    folder, reports = raw_folder(national(wrong)), tmp_path / "laporan"
    ended = kukar("run", "--raw", folder, "--processed", tmp_path / "t", "--reports", reports)
    assert isinstance(ended.exception, KukarError)
    assert ended.exception.exit_code == 1
    assert "no report was made" in str(ended.exception)
    assert "printed 2.92, computed 2.82" in ended.output
    assert not reports.exists()


@pytest.mark.usefixtures("notebooks")
def test_run_with_a_faulty_file_makes_the_reports_and_ends_with_1(raw_folder, tmp_path):
    folder = raw_folder({**national(KUKARS), "2023/rusak.csv": "apa;ini\n1;2\n"})
    reports = tmp_path / "laporan"
    asked = ["--year", 2023, "--region", KUKAR, "--only", "02_indeks", "--reports", reports]
    ended = kukar("run", "--raw", folder, "--processed", tmp_path / "t", *asked)
    assert ended.exit_code == 1
    assert "1 reports made, 0 failed, 0 up to date, 0 waiting" in ended.output
    assert (reports / "2023" / KUKAR / "02_indeks.html").is_file()


# Only what has changed


@pytest.fixture
def asked(notebooks, processed, tmp_path):
    """Return how the indexes of Kukar and Malang are asked for, of quick notebooks."""
    folders = ["--processed", processed, "--reports", tmp_path / "laporan"]
    return ["--year", 2023, "--only", "02_indeks", *folders]


@pytest.fixture
def published(asked, tmp_path):
    """Publish both once and return the folder."""
    assert kukar("report", *asked).exit_code == 0
    return tmp_path / "laporan"


def test_a_second_run_has_nothing_to_do_and_says_so(asked, published):
    before = bytes_of(published)
    again = kukar("report", *asked)
    assert (again.exit_code, again.output) == (
        0,
        "nothing to do: 2 reports are as they would be made now\n"
        f"open {published / 'index.html'}\n",
    )
    assert bytes_of(published) == before


def test_force_makes_again_what_has_not_changed(asked, published):
    forced = kukar("report", *asked, "--force")
    assert forced.exit_code == 0
    assert "2 reports made, 0 failed, 0 up to date, 0 waiting" in forced.output
    assert "nothing to do" in kukar("report", *asked).output


def test_what_is_asked_in_other_words_is_looked_at(asked, published):
    other = kukar("report", *asked, "--region", KUKAR)
    assert other.exit_code == 0
    assert "0 reports made, 0 failed, 1 up to date, 0 waiting" in other.output
    assert "nothing to do: 1 reports" in kukar("report", *asked, "--region", KUKAR).output


@pytest.mark.usefixtures("notebooks")
def test_run_has_nothing_to_do_when_the_same_files_are_cleaned_again(raw_folder, tmp_path, sized):
    sized({"2023-kppn-ikn": 1})
    folder = raw_folder(national(KUKARS))
    places = ["--processed", tmp_path / "t", "--reports", tmp_path / "laporan"]
    asked = ["--year", 2023, "--region", KUKAR, "--only", "02_indeks", *places]
    assert "1 reports made" in kukar("run", "--raw", folder, *asked).output
    again = kukar("run", "--raw", folder, *asked)
    assert again.exit_code == 0
    assert "nothing to do: 1 reports are as they would be made now" in again.output


# Folders that another run holds, or that cannot be written


def ended(arguments, monkeypatch, capsys):
    """Run `kukar` as the shell does; return its exit code and what it wrote to the error stream."""
    monkeypatch.setattr(sys, "argv", ["kukar", *map(str, arguments)])
    with pytest.raises(SystemExit) as end, kernels():
        cli.main()
    return end.value.code, capsys.readouterr().err


def test_a_folder_that_another_run_holds_ends_with_3_and_says_who(
    asked, published, monkeypatch, capsys
):
    before = bytes_of(published)
    with held_by_another(published) as holder:
        code, said = ended(["report", *asked, "--force"], monkeypatch, capsys)
        assert holder.poll() is None
    assert code == 3
    assert re.fullmatch(
        rf"kukar: laporan is held by process {holder.pid} on \S+ since \S+ \S+ \S+: wait for it,"
        r" or end it\n",
        said,
    )
    assert bytes_of(published) == before
    after = kukar("report", *asked, "--force")
    assert after.exit_code == 0


@pytest.fixture
def disk(tmp_path):
    """Mount a small disk of its own for the reports, and return its folder."""
    place = tmp_path / "cakram"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", place]
    if not shutil.which("mount") or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("mounting a disk is not permitted here")
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)


@pytest.mark.parametrize("left", [0, 24, 64, 112], ids=lambda kilobytes: f"{kilobytes} KB left")
def test_a_full_disk_ends_in_one_line_and_leaves_a_whole_set(
    asked, disk, left, monkeypatch, capsys
):
    folder = disk / "laporan"
    asked = ["report", *asked, "--reports", folder, "--force"]
    assert kukar(*asked).exit_code == 0
    before = bytes_of(folder)
    filler = disk / "penuh"
    space = os.statvfs(disk)
    filler.write_bytes(bytes(space.f_bavail * space.f_frsize - left * 1024))
    code, said = ended(asked, monkeypatch, capsys)
    assert code == 1
    assert re.fullmatch(r"kukar: No space left on device(: \S+)?\n", said)
    # at 112 KB the new set may just fit, and what is noted after it may not
    assert cache.faults(folder) == []
    assert bytes_of(folder) == before or left == 112
    filler.unlink()
    assert kukar(*asked).exit_code == 0
    assert sorted(path.name for path in disk.iterdir()) == [".laporan.cache", "laporan"]


def test_a_read_only_folder_ends_in_one_line(asked, disk, monkeypatch, capsys):
    folder = disk / "laporan"
    asked = ["report", *asked, "--reports", folder]
    assert kukar(*asked).exit_code == 0
    before = bytes_of(folder)
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    assert "nothing to do" in kukar(*asked).output
    code, said = ended([*asked, "--force"], monkeypatch, capsys)
    assert (code, said) == (
        1,
        f"kukar: {disk} cannot be written to: name another with --reports\n",
    )
    assert bytes_of(folder) == before


def test_a_disk_of_its_own_in_the_place_of_the_folder_is_refused(asked, disk, monkeypatch, capsys):
    code, said = ended(["report", *asked, "--reports", disk], monkeypatch, capsys)
    assert code == 1
    assert said.startswith(f"kukar: {disk} is a drive of its own, which cannot be exchanged")
    assert said.count("\n") == 1
    assert list(disk.iterdir()) == []


@pytest.mark.parametrize("text", ["", "<<<<<<< HEAD", '{"metadata": {"kukar": 1}}'])
def test_a_notebook_that_cannot_be_read_is_named_and_the_others_are_listed_and_made(
    asked, notebooks, monkeypatch, capsys, text
):
    asked = ["--year", 2023, "--region", STAYED_AWAY, *asked[4:]]  # its index is its one report
    (store.NOTEBOOKS / "93_belum.ipynb").write_text(text)
    code, said = ended(["list", *asked[:-2]], monkeypatch, capsys)
    assert code == 1
    assert said.startswith("kukar: notebooks/93_belum.ipynb: ")
    assert said.count("\n") == 1
    for _ in ("made", "nothing to do"):
        assert ended(["report", *asked], monkeypatch, capsys) == (1, said)


def test_a_hanging_notebook_ends_with_1_and_names_cell_and_limit(asked, monkeypatch, capsys):
    source = "while region == '35.07': pass"
    write_notebook(store.NOTEBOOKS, "02_indeks", source)
    code, said = ended(["report", *asked, "--cell-timeout", 0.5], monkeypatch, capsys)
    assert code == 1
    assert re.fullmatch(
        rf"\[\d/2\] 2023/35\.07/02_indeks  failed: cell \d \({source}\): it hangs:"
        r" a cell may take 0\.5 s\n",
        said,
    )


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_closed_input_or_output_changes_nothing(processed, tmp_path, closed):
    target = tmp_path / "reports"
    command = f"{sys.executable} -m kukar_analysis report --year 2023 --only 02_indeks"
    options = f"--region 64.02 --processed {processed} --reports {target} {closed}"
    assert subprocess.run(["sh", "-c", f"{command} {options}"]).returncode == 0
    assert (target / "2023" / "64.02" / "02_indeks.html").is_file()
