"""Names of a survey go after the time that the office sets, and not one answer with them."""

from __future__ import annotations

import csv
import hashlib
import shutil
from datetime import datetime, timedelta

import pytest

from kukar_analysis import clean, store
from kukar_analysis.facts import WITA
from kukar_analysis.parse import survey
from kukar_analysis.received import SOURCES
from kukar_analysis.schedule import child, surveys, tick
from kukar_analysis.schedule.settings import Settings

SAMPLE = store.ROOT / "data" / "sample"
CSV, XLSX = "2023/contoh-survei-1.csv", "2023/contoh-survei-2.xlsx"
RECEIVED = datetime(2023, 5, 15, tzinfo=WITA)
LATER = RECEIVED + timedelta(days=400)
HEADS = "PILAR;NAMA RESPONDEN;NO HP;P1;P2;P3"
ANSWERED = "Smart Living;Budi Karangan;0811 222 333;4;3;2"


class Office:
    """A raw folder, its tables and a state folder."""

    def __init__(self, folder, raw):
        self.raw, self.processed, self.state = raw, folder / "processed", folder / "state"
        self.state.mkdir()
        self.clean()

    def clean(self):
        self.cleaned = clean.clean(self.raw, self.processed)

    def delete(self, now=LATER, days=365):
        return surveys.delete(self.raw, self.processed, self.state, days, now)

    @property
    def answers(self):
        return store.read("survey_responses", self.processed)

    def texts(self):
        """Return everything that a text file of the raw and the state folder says."""
        files = [p for top in (self.raw, self.state) for p in top.rglob("*") if p.is_file()]
        return "\n".join(p.read_text("latin-1") for p in files if p.suffix == ".csv")


@pytest.fixture(scope="module")
def sample_raw(tmp_path_factory):
    """Return a raw folder with the surveys of the invented office, as SOURCES.csv lists them."""
    raw = tmp_path_factory.mktemp("sample")
    (raw / "2023").mkdir()
    for name in (CSV, XLSX):
        shutil.copy(SAMPLE / name, raw / name)
    with (SAMPLE / SOURCES).open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.reader(file) if row[0] in ("file", CSV, XLSX)]
    with (raw / SOURCES).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    return raw


@pytest.fixture
def sample(sample_raw, tmp_path):
    return Office(tmp_path, shutil.copytree(sample_raw, tmp_path / "raw"))


@pytest.fixture
def office(tmp_path, raw_folder):
    """Return a function that makes an office of these files of 2023."""
    return lambda files: Office(tmp_path, raw_folder({f"2023/{n}": t for n, t in files.items()}))


def survey_of(*lines):
    return "\n".join([HEADS, *lines]) + "\n"


def far(raw):
    """Return a time long after the files of a folder were written."""
    return datetime.now(WITA) + timedelta(days=400)


def test_names_go_and_every_answer_stays_at_the_next_cleaning(sample):
    before = sample.answers.drop(columns="origin")
    names = [row["NAMA RESPONDEN"] for row in rows_of(sample.raw / CSV)]
    assert len(names) > 100
    deleted, problems = sample.delete()
    assert (sorted(deleted), problems) == ([CSV, XLSX], [])
    sample.clean()
    after = sample.answers.drop(columns="origin")
    columns = list(before)
    assert after.sort_values(columns, ignore_index=True).equals(
        before.sort_values(columns, ignore_index=True)
    )
    assert after["respondent"].notna().any()
    assert not any(name in sample.texts() for name in names)
    assert not list(sample.raw.rglob("*.xlsx"))
    assert [p for p in sample.cleaned.problems if "SOURCES" in p or "sha256" in p] == []


def rows_of(path):
    """Return the lines of the sample's survey, which has two lines of its own above the heads."""
    lines = path.read_text(encoding="utf-8").splitlines()
    start = next(i for i, line in enumerate(lines) if "NAMA RESPONDEN" in line)
    return list(csv.DictReader(lines[start:], delimiter=";"))


def test_what_was_deleted_is_on_record_without_what_it_held(sample):
    sha256 = hashlib.sha256((sample.raw / CSV).read_bytes()).hexdigest()
    sample.delete()
    with (sample.state / surveys.RECORD).open(encoding="utf-8", newline="") as file:
        rows = {row["file"]: row for row in csv.DictReader(file)}
    assert rows[CSV] == {
        "file": CSV,
        "sha256": sha256,
        "deleted_at": LATER.isoformat(),
        "replaced_by": "2023/tanpa-nama-contoh-survei-1.csv",
        "records_dropped": "1",
    }


def test_before_its_time_nothing_is_deleted(sample):
    assert sample.delete(RECEIVED + timedelta(days=364)) == ([], [])
    assert sample.delete(RECEIVED + timedelta(days=365))[0] == [CSV, XLSX]


def test_a_second_time_there_is_nothing_left_to_delete(sample):
    sample.delete()
    sample.clean()
    assert sample.delete() == ([], [])


def test_without_a_list_of_sources_the_time_runs_from_the_files_own(office):
    made = office({"survei.csv": survey_of(ANSWERED)})
    assert made.delete(datetime.now(WITA) + timedelta(days=300)) == ([], [])
    assert made.delete(far(made)) == (["2023/survei.csv"], [])
    written = (made.raw / "2023" / "tanpa-nama-survei.csv").read_text().splitlines()
    assert written[0] == "SIDIK RESPONDEN;PILAR;P1;P2;P3"
    assert "Budi" not in made.texts()


def test_a_file_that_has_the_last_word_still_says_so_by_its_name(office):
    second = ANSWERED.replace(";4;3;2", ";0;0;0")
    made = office({"survei.csv": survey_of(ANSWERED), "survei-ralat.csv": survey_of(second)})
    assert len(made.delete(far(made))[0]) == 2
    names = sorted(path.name for path in made.raw.rglob("*.csv"))
    assert names == ["tanpa-nama-survei-ralat.csv", "tanpa-nama-survei.csv"]
    made.clean()
    assert not any("no earlier file of that name" in note for note in made.cleaned.notes)
    assert sorted(made.answers["answer"]) == [0, 0, 0, 2, 3, 4]


def test_a_rejected_record_goes_whole_and_is_counted(office):
    shifted = "Ani Karangan;Smart Living;x;4;7;2"
    made = office({"survei.csv": survey_of(ANSWERED, ANSWERED.replace(";4;", ";7;"), shifted)})
    assert len(made.cleaned.tables["rejected"]) >= 2
    before = made.answers.drop(columns="origin")
    assert made.delete(far(made)) == (["2023/survei.csv"], [])
    made.clean()
    assert made.answers.drop(columns="origin").equals(before)
    assert "Karangan" not in made.texts()
    assert (made.state / surveys.RECORD).read_text().strip().endswith(",2")


def test_a_workbooks_rejected_record_is_found_by_its_cell(sample):
    cells = {f"{XLSX}#Form Responses 1!{letter}9" for letter in "ABCDEFGHIJKLMNOP"}
    content, dropped = surveys._answers(sample.raw / XLSX, XLSX, cells)
    whole, none = surveys._answers(sample.raw / XLSX, XLSX, set())
    assert (dropped, none) == (1, 0)
    assert len(whole.splitlines()) - len(content.splitlines()) == 1


def test_two_files_that_would_have_one_replacement_stay_and_are_named(office):
    files = {"survei.csv": survey_of(ANSWERED), "survei.txt": survey_of(ANSWERED.replace("B", "R"))}
    made = office(files)
    deleted, problems = made.delete(far(made))
    assert (deleted, len(problems)) == ([], 2)
    assert "another file would be replaced by 2023/tanpa-nama-survei.csv too" in problems[0]
    assert all((made.raw / "2023" / name).exists() for name in files)


def test_a_file_that_changed_since_the_tables_were_made_stays(office):
    made = office({"survei.csv": survey_of(ANSWERED)})
    with (made.raw / "2023" / "survei.csv").open("a") as file:
        file.write(ANSWERED.replace("Budi", "Ani") + "\n")
    deleted, (problem,) = made.delete(far(made))
    assert deleted == []
    assert "it changed since `kukar clean` made the tables" in problem


def test_a_list_of_that_name_is_not_overwritten_unless_it_is_the_same(office):
    made = office({"survei.csv": survey_of(ANSWERED)})
    there = made.raw / "2023" / "tanpa-nama-survei.csv"
    there.write_text("lain")
    assert "is there already" in made.delete(far(made))[1][0]
    assert there.read_text() == "lain"
    there.write_text(surveys._answers(made.raw / "2023" / "survei.csv", "x", set())[0])
    assert made.delete(far(made))[0] == ["2023/survei.csv"]


def test_answers_that_would_change_without_names_keep_the_names(office, monkeypatch):
    made = office({"survei.csv": survey_of(ANSWERED)})
    content, _ = surveys._answers(made.raw / "2023" / "survei.csv", "x", set())
    lost = content.replace(";4;", ";3;")
    monkeypatch.setattr(surveys, "_answers", lambda path, name, rejected: (lost, 0))
    deleted, (problem,) = made.delete(far(made))
    assert deleted == []
    assert "the answers would change without names" in problem
    assert [p.name for p in made.raw.rglob("*.csv")] == ["survei.csv"]
    assert sorted(p.name for p in made.raw.parent.glob(".kukar-*")) == []


def test_other_files_that_the_office_collects_are_never_touched(tmp_path):
    raw = shutil.copytree(SAMPLE / "2022", tmp_path / "raw" / "2022").parent
    made = Office(tmp_path, raw)
    before = sorted(raw.rglob("*"))
    assert made.delete(far(made), days=0) == ([], [])
    assert sorted(raw.rglob("*")) == before


@pytest.mark.parametrize(
    ("cells", "is_kept"),
    [
        ({"respondent": "0123456789abcdef"}, True),
        ({"respondent": "0123456789abcdef", "person_name": "Budi"}, True),
        ({"respondent": "Budi"}, False),
        ({"respondent": "0123456789ABCDEF"}, False),
    ],
)
def test_only_a_hash_is_taken_for_one_and_anything_else_is_hashed(cells, is_kept):
    made = survey.who(cells)
    assert (made == cells["respondent"]) == is_kept
    assert len(made) == 16


def test_a_list_without_anyone_named_has_no_respondent():
    assert survey.who({"statement_1": "4"}) is None


@pytest.fixture
def cleanings(monkeypatch):
    """Return the commands that the clockwork runs, none of which it really runs."""
    made = []
    monkeypatch.setattr(child, "kukar", lambda arguments, *, hours: made.append(arguments) or 0)
    return made


def test_the_clockwork_deletes_only_where_the_office_set_a_time_and_once_a_day(
    sample, cleanings, monkeypatch
):
    never = Settings(sample.state, raw=sample.raw, processed=sample.processed)
    tick.tick(never, LATER)
    assert (sample.raw / CSV).exists()
    asked = Settings(
        sample.state, raw=sample.raw, processed=sample.processed, delete_surveys_after_days=365
    )
    made = tick.tick(asked, LATER)
    assert (made.exit_code, made.surveys_looked_at) == (0, f"{LATER:%Y-%m-%d}")
    assert not (sample.raw / CSV).exists()
    assert cleanings[-1] == [
        "clean",
        "--raw",
        str(sample.raw),
        "--processed",
        str(sample.processed),
    ]
    assert f"deleted {CSV}" in (sample.state / "schedule.log").read_text()
    monkeypatch.setattr(surveys, "delete", lambda *args, **more: ([], ["looked"]))
    assert tick.tick(asked, LATER + timedelta(hours=1)).problems == ()
    assert tick.tick(asked, LATER + timedelta(days=1)).problems == ("looked",)


def test_tables_that_were_never_made_are_a_problem_and_nothing_is_deleted(sample, cleanings):
    shutil.rmtree(sample.processed)
    asked = Settings(
        sample.state, raw=sample.raw, processed=sample.processed, delete_surveys_after_days=365
    )
    made = tick.tick(asked, LATER)
    assert made.exit_code == 1
    assert "deleting old surveys: table rejected is not there yet" in made.problems[0]
    assert (sample.raw / CSV).exists()
