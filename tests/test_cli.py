"""The command line: what it says, what it leaves, and its exit codes."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections import Counter

import pytest
import typer.main
from making import bytes_of, held_by_another
from reading import KUKAR, STAYED_AWAY, kernels, raw, write_notebook
from typer.testing import CliRunner

from kukar_analysis import cli, paths, store
from kukar_analysis.report import cache
from kukar_analysis.report.notebooks import own

COMMANDS = {n: c for n, c in typer.main.get_command(cli.app).commands.items() if not c.hidden}
NATIONAL = "2023/tabel-nasional-peserta.csv"
HEADINGS = ";".join(raw(NATIONAL)[0])
KUKARS = ";".join(["1", *[*raw(NATIONAL)[35].values()][1:]])
FAULTY = KUKARS.replace("KUTAI KARTANEGARA", "MALANG").replace(";3,6;", ";5,6;")

pytestmark = pytest.mark.usefixtures("processed_env")


def kukar(*arguments):
    with kernels():
        return CliRunner().invoke(cli.app, [str(argument) for argument in arguments])


@pytest.fixture
def ended(monkeypatch, capsys):
    """Return a function that runs `kukar` as the shell does: its exit code, output and errors."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["kukar", *map(str, arguments)])
        with pytest.raises(SystemExit) as end, kernels():
            cli.main()
        return end.value.code, *capsys.readouterr()

    return run


def national(*lines):
    return {NATIONAL: "\n".join([HEADINGS, *lines]) + "\n"}


@pytest.fixture
def notebooks(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "NOTEBOOKS", tmp_path / "notebooks")
    write_notebook(paths.NOTEBOOKS, "02_indeks", "region")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example_that_can_be_typed(name):
    said = " ".join(kukar(name, "--help").output.split())
    example = re.search(r"Example: kukar (\S+)(.*?) (?:Arguments|Options):", said)
    assert example[1] == name
    assert COMMANDS[name].make_context(name, shlex.split(example[2])).params
    assert len(said[: said.index("Example:")]) > 60
    assert f"\n  {name} " in kukar("--help").output


def test_options_that_mean_the_same_have_the_same_name_and_help():
    meant = {}
    for command in COMMANDS.values():
        for option in command.params:
            if option.param_type_name == "option":
                one = option.help.removesuffix("; may be given several times")
                meant.setdefault(option.opts[-1], set()).add(one)
    names = ("year", "region", "raw", "processed", "reports", "only", "jobs", "force")
    assert {*meant} >= {f"--{name}" for name in names}
    assert [name for name, said in meant.items() if len(said) > 1] == []


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ("--change collaboration=2,00", 0, "index: 2.82 -> 2.90 (+0.08)"),
        ("--target 3.00", 0, "Kolaborasi 1,20 menjadi 2,91 (+1,71)"),
        ("--region 35.07 --target 3.00", 0, "Jalan terpendek: 2 langkah sebesar 1,00 poin"),
        ("--region 35.07 --target 4.00 --fixed impact", 1, "tidak tercapai"),
        ("", 2, "say what to change"),
        ("--change output", 2, "score of output '' is no number"),
        ("--change output=5", 1, "outside the scale"),
        ("--region 64.02 --target 3 --step 0", 2, "moves nothing"),
    ],
)
def test_what_if_counts_and_refuses(arguments, code, words, ended):
    found, out, error = ended("what-if", 2023, *shlex.split(arguments))
    assert (found, words in out + error) == (code, True), out + error


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ("list --region 6402", 2, "kukar: region '6402' is not known: it is written with"),
        ("list --year 2019", 2, "kukar: year 2019 has no files; known: 2021, 2022, 202"),
        ("report --region 64.02 --only tidak_ada", 2, "kukar: no report 'tidak_ada'; `kukar list`"),
        ("clean --raw tidak/ada", 2, "kukar: tidak/ada: expected a folder with a folder a year"),
        ("check --processed tidak/ada", 1, "kukar: no tables are there yet (ada): run `kukar clea"),
        ("laporan", 2, "Usage: "),
        ("report --jobs 0", 2, "Usage: "),
    ],
)
def test_an_error_is_one_line_and_an_exit_code(arguments, code, said, ended):
    found, _, error = ended(*shlex.split(arguments))
    assert (found, error[: len(said)]) == (code, said)
    assert error.count("\n") == 1 or "\nError: " in error


@pytest.mark.parametrize(
    ("files", "participants", "code", "words"),
    [
        (national(KUKARS, KUKARS), 1, 0, "= 1 disimpan + 0 ditolak + 1 sudah ada"),
        (national(KUKARS, FAULTY), 1, 1, f"masalah: {NATIONAL}: bukan nilai 0 sampai 4 (baris 3"),
        (national(KUKARS), 58, 1, "peserta 2023-kppn-ikn: 1 dari 58 tercatat"),
    ],
)
def test_clean_says_where_records_went_and_what_did_not_come_out(
    files, participants, code, words, raw_folder, tmp_path, sized
):
    sized({"2023-kppn-ikn": participants})
    done = kukar("clean", "--raw", raw_folder(files), "--processed", tmp_path)
    assert (done.exit_code, words in done.output) == (code, True), done.output
    (row,) = store.read("index_scores", tmp_path).itertuples()
    assert (row.region, row.index_published) == (KUKAR, 2.82)
    if participants > 1:
        checked = kukar("check", "--processed", tmp_path)
        assert (checked.exit_code, words in checked.output) == (1, True)


def test_check_of_a_changed_figure_names_both_values_and_of_none_is_no_success(tables, tmp_path):
    finals = tables["index_scores"].copy()
    finals.loc[(finals["region"] == KUKAR) & (finals["year"] == 2023), "index_published"] = 2.83
    store.write_all({**tables, "index_scores": finals}, tmp_path)
    done = kukar("check", "--processed", tmp_path)
    assert done.exit_code == 1
    assert "finals 2023: 129 of 130 agree; 1 differ" in done.output
    said = "differs: Kabupaten Kutai Kartanegara 2023 final: printed 2.83, computed 2.82"
    assert re.search(f"{said} .*peserta.csv#l37:c9", done.output)
    store.write_all({name: table.head(0) for name, table in tables.items()}, tmp_path)
    assert "nothing to check" in str(kukar("check", "--processed", tmp_path).exception)


def test_list_shows_each_report_its_status_and_the_file_it_waits_for(processed):
    asked = ["list", "--year", 2023, "--region", KUKAR, "--processed", processed]
    done = kukar(*asked)
    assert done.exit_code == 0
    lines = done.output.splitlines()
    added = [f"2023/64.02/{one.notebook} " for one in own()]
    states = [
        line.split()[1]
        for line in lines[:-1]
        if line.startswith("2023/64.02/") and not line.startswith(tuple(added))
    ]
    assert Counter(states) == {"complete": 6, "incomplete": 10, "waiting": 1}
    assert re.fullmatch(r"\d+ complete, \d+ incomplete, \d+ waiting", lines[-1])
    assert re.fullmatch(r"2023/64\.02/00_ringkasan +incomplete", lines[0])
    assert any(re.fullmatch(r"2023/64\.02/02_indeks +complete", line) for line in lines)
    name, waits = kukar(*asked, "-p", "pillar=living").output.splitlines()[:2]
    assert re.fullmatch(r"2023/64\.02/03_pilar-living +incomplete", name)
    assert "Nilai per butir Kabupaten Kutai Kartanegara 2023 belum tercatat" in waits


@pytest.mark.parametrize(
    ("files", "code", "makes"),
    [
        (national(KUKARS), 0, True),
        (national(KUKARS.replace(";2,82;", ";2,92;")), 1, False),
        ({**national(KUKARS), "2023/rusak.csv": "apa;ini\n1;2\n"}, 1, True),
    ],
    ids=["whole", "a wrong figure", "a faulty file"],
)
@pytest.mark.usefixtures("notebooks")
def test_run_makes_reports_unless_a_figure_is_wrong_and_then_has_nothing_to_do(
    files, code, makes, raw_folder, tmp_path, sized, ended
):
    sized({"2023-kppn-ikn": 1})
    reports = tmp_path / "laporan"
    asked = ["--year", 2023, "--region", KUKAR, "--only", "02_indeks", "--reports", reports]
    asked = ["run", "--raw", raw_folder(files), "--processed", tmp_path / "t", *asked]
    found, out, error = ended(*asked)
    assert (found, reports.exists()) == (code, makes)
    if makes:
        assert "1 reports made, 0 failed, 0 up to date, 0 waiting" in out
        assert (reports / "2023" / KUKAR / "02_indeks.html").is_file()
        found, out, _ = ended(*asked)
        # of a faulty file the tables are made anew, and are the same
        said = "0 failed, 1 up to date" if code else "nothing to do: 1 reports are as they would"
        assert (found, said in out) == (code, True)
    else:
        assert "printed 2.92, computed 2.82" in error
        assert "no report was made" in error.splitlines()[-1]


@pytest.fixture
def asked(notebooks, processed, tmp_path):
    folders = ["--processed", processed, "--reports", tmp_path / "laporan"]
    return ["--year", 2023, "--only", "02_indeks", *folders]


def test_a_folder_that_another_run_holds_ends_with_3_and_says_who(asked, tmp_path, ended):
    with held_by_another(tmp_path / "laporan") as holder:
        code, _, said = ended("report", *asked)
    who = rf"kukar: laporan is held by process {holder.pid} on \S+ since .*: wait for it, or end it"
    assert (code, bool(re.fullmatch(f"{who}\n", said))) == (3, True)
    assert not (tmp_path / "laporan").exists()


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


def test_a_full_disk_ends_in_one_line_and_leaves_a_whole_set(asked, disk, ended):
    folder, filler = disk / "laporan", disk / "penuh"
    asked = ["report", *asked, "--reports", folder, "--force"]
    assert kukar(*asked).exit_code == 0
    before, space = bytes_of(folder), os.statvfs(disk)
    filler.write_bytes(bytes(space.f_bavail * space.f_frsize - 65536))
    code, _, said = ended(*asked)
    assert code == 1
    assert re.fullmatch(r"kukar: No space left on device(: \S+)?\n", said)
    assert cache.faults(folder) == []
    assert bytes_of(folder) == before
    filler.unlink()
    assert kukar(*asked).exit_code == 0
    assert sorted(path.name for path in disk.iterdir()) == [".laporan.cache", "laporan"]


def test_a_folder_that_cannot_be_exchanged_or_written_ends_in_one_line(asked, disk, ended):
    code, _, said = ended("report", *asked, "--reports", disk)
    assert (code, said.count("\n"), list(disk.iterdir())) == (1, 1, [])
    assert said.startswith(f"kukar: {disk} is a drive of its own, which cannot be exchanged")
    folder = disk / "laporan"
    asked = ["report", *asked, "--reports", folder]
    assert kukar(*asked).exit_code == 0
    before = bytes_of(folder)
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    assert "nothing to do" in kukar(*asked).output
    code, _, said = ended(*asked, "--force")
    assert (code, said) == (1, f"kukar: {disk} cannot be written to: name another with --reports\n")
    assert bytes_of(folder) == before


def test_a_notebook_that_cannot_be_read_is_named_and_the_others_are_listed_and_made(asked, ended):
    asked = ["--year", 2023, "--region", STAYED_AWAY, *asked[4:]]  # its index is its one report
    (paths.NOTEBOOKS / "93_belum.ipynb").write_text("<<<<<<< HEAD")
    code, _, said = ended("list", *asked[:-2])
    assert (code, said.count("\n")) == (1, 1)
    assert said.startswith("kukar: notebooks/93_belum.ipynb: ")
    for more, count in ((), 0), (("--only", "02_indeks"), 1):
        code, listed, error = ended("list", *asked[:-2], "--only", "93_belum", *more)
        assert (code, error, listed.count("02_indeks")) == (1, said, count)
    for _ in ("made", "nothing to do"):
        assert ended("report", *asked)[::2] == (1, said)


@pytest.mark.slow
@pytest.mark.parametrize("closed", [">&-", "<&- >&- 2>&-"])
def test_a_closed_input_and_output_changes_nothing(processed, tmp_path, closed):
    target = tmp_path / "reports"
    command = f"{sys.executable} -m kukar_analysis report --year 2023 --only 02_indeks"
    options = f"--region 64.02 --processed {processed} --reports {target} {closed}"
    assert subprocess.run(["sh", "-c", f"{command} {options}"]).returncode == 0
    assert (target / "2023" / "64.02" / "02_indeks.html").is_file()
