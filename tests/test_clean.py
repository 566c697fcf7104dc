"""Every record is kept, rejected with its reasons or a duplicate; every file is accounted for."""

import csv
import hashlib
import os
import re
import zipfile

import pandas as pd
import pytest
from reading import counts, write_book

from kukar_analysis import clean, framework, paths, store
from kukar_analysis.clean import received
from kukar_analysis.clean.records import parse
from kukar_analysis.errors import UsageError
from kukar_analysis.framework.facts import Correction

AGENCIES = "DAERAH;PILAR;JUMLAH OPD"
LIST = f"{AGENCIES}\nKAB. MALANG;Smart Living;3\n"
OTHER = f"{AGENCIES}\nKAB. BANDUNG;Smart Living;3\n"
NATIONAL = "KAB/KOTA;BASELINE;OUTPUT;OUTCOME;IMPACT;QUICK WINS;PROGRAM KOLABORASI;NILAI FINAL;KET"


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def test_the_raw_folder_of_the_project_gives_the_committed_row_counts(cleaned):
    said = "12 berkas, 1837 baris data dibaca = 1836 disimpan + 1 ditolak + 0 sudah ada"
    assert (list(clean.totals(cleaned)), cleaned.problems) == ([said], [])
    tables = "question_scores component_scores index_scores programmes pillar_agencies"
    lengths = [len(cleaned.tables[name]) for name in (*tables.split(), "official_statistics")]
    assert lengths == [180, 981, 183, 12, 6, 1455]


def test_every_raw_file_is_read_and_every_line_of_it_is_counted(cleaned):
    found = [p for p in paths.RAW.glob("20*/**/*") if p.is_file()]
    raw = {p.relative_to(paths.RAW).as_posix(): p for p in found}
    lines = {n: len(p.read_text("utf-8-sig").strip().splitlines()) - 1 for n, p in raw.items()}
    assert {file: n for file, (n, *_) in counts(cleaned).items()} == lines
    with (paths.RAW / "SOURCES.csv").open(encoding="utf-8", newline="") as file:
        lines = [*csv.DictReader(file)]
    assert {c for row in lines for c in row["citation"].split(" | ")} <= {
        *framework.load().citations
    }
    listed = {row["file"]: row["sha256"] for row in lines}
    assert dict(cleaned.tables["files"][["file", "sha256"]].itertuples(index=False)) == listed


def test_cleaning_changes_no_raw_file_and_replaces_what_it_wrote(raw_folder, tmp_path):
    raw = raw_folder({"2023/a.csv": LIST, "2023/b.pdf": "%PDF", "SOURCES.csv": "file,sha256\n"})
    before = {p: p.read_bytes() for p in raw.rglob("*.*")}
    clean.clean(raw, tmp_path)
    assert {p: p.read_bytes() for p in raw.rglob("*.*")} == before
    clean.clean(raw_folder({"2023/a.csv": OTHER}), tmp_path)
    assert list(store.read("pillar_agencies", tmp_path)["region"]) == ["32.04"]


YEARLESS = {"tahun 2023/a.csv": LIST, "1999/a.csv": LIST, "20233/a.csv": LIST}


@pytest.mark.parametrize("files", [None, YEARLESS, {"2023/.keep": "", "2023/Thumbs.db": "x"}])
def test_a_folder_without_files_of_a_year_is_refused(raw_folder, tmp_path, files):
    raw = raw_folder(files) if files else tmp_path / "nowhere"
    with pytest.raises(UsageError, match=r"a folder a year|hold no file; nothing was written"):
        clean.clean(raw, tmp_path / "processed")
    assert not (tmp_path / "processed").exists()


def test_what_the_system_made_is_ignored_and_what_lies_elsewhere_is_named(clean_files):
    system = ("desktop.ini", "Thumbs.db", ".DS_Store", "~$a.csv", ".x/b.csv", "__MACOSX/c.csv")
    files = {f"2023/{name}": OTHER for name in system} | {"desktop.ini": "", "b.csv": OTHER}
    made = clean_files(files | {"2023/Tahap II/a.csv": LIST, "2023 salinan/c.csv": OTHER})
    assert counts(made) == {"2023/Tahap II/a.csv": (1, 1, 0, 0)}
    why = "tidak dibaca, karena tidak di folder tahun. Pindahkan ke folder tahunnya."
    assert made.problems == [f"2023 salinan: {why}", f"b.csv: {why}"]


UNREAD = {
    "isian.zip": (b"PK\x05\x06", "arsip tidak dibuka. Ekstrak isinya ke folder tahunnya"),
    "surat.docx": ("x", "dokumen Word tidak dibaca. Simpan surat sebagai PDF"),
    "isian.JPG": ("x", "gambar tidak dibaca. Minta berkas aslinya"),
    "surat": ("x", "jenis berkas ini tidak dibaca. Simpan sebagai .xlsx, .csv, atau .pdf."),
    "surat.pdf": ("%PDF-1.7", ""),
    "buku.xlsx": ("PK", "akhirnya tidak ada"),
    "heads.csv": ("DAERAH;PILAR\nKutai Timur;Smart Society\n", "judul kolomnya tidak lengkap"),
}


def test_a_file_that_cannot_be_read_is_named_and_counted_and_the_others_are_read(
    raw_folder, tmp_path
):
    raw = raw_folder({f"2023/{f}": content for f, (content, _) in UNREAD.items()})
    (raw / "2023" / "a.csv").write_text(LIST)
    (raw / "2023" / "gone.csv").symlink_to(raw / "gone.csv")
    made = clean.clean(raw, tmp_path)
    files, rejected = (made.tables[t].set_index("file") for t in ("files", "rejected"))
    assert counts(made).pop("2023/a.csv") == (1, 1, 0, 0)
    for file, (_, said) in {**UNREAD, "gone.csv": ("", "tidak dapat dibuka: No such file")}.items():
        (problem,) = [p for p in made.problems if p.startswith(f"2023/{file}: ")]
        assert said in problem
        about, row = files.loc[f"2023/{file}"], rejected.loc[f"2023/{file}"]
        assert (about["kind"], counts(made)[about.name]) == ("unread", (0, 0, 0, 0))
        assert (row["origin"], f"{row.name}: {row['reason']}") == (row.name, problem)
        # what is not whole will be another file when it is
        is_whole = file not in ("surat.pdf", "buku.xlsx")
        assert row["rule"] == ("unread" if is_whole else "unfinished")
        assert pd.notna(about["sha256"]) == (is_whole and file != "gone.csv")


@pytest.mark.parametrize("ended", ["", "2022/opd/contoh-dinkes.xlsx"])
def test_many_files_are_read_by_all_cores_as_by_one_also_when_a_worker_is_ended(
    sample_cleaned, tmp_path, monkeypatch, ended
):
    own, read = os.getpid(), clean.READERS[".xlsx"]

    def ends(path, name):
        return os._exit(9) if name == ended and os.getpid() != own else read(path, name)

    monkeypatch.setattr(clean, "READERS", {**clean.READERS, ".xlsx": ends})
    monkeypatch.setattr(clean, "MANY", 1)
    made = clean.clean(paths.ROOT / "data" / "sample", tmp_path)
    assert (made.problems, made.notes) == (sample_cleaned.problems, sample_cleaned.notes)
    for name in sample_cleaned.tables.keys() - {"survey_responses"}:  # pytest's workers own keys
        pd.testing.assert_frame_equal(made.tables[name], sample_cleaned.tables[name])


SURVEY = "NAMA;PILAR;P1\nUji;Smart Living;3\n"


def test_an_archive_is_looked_into_within_bounds_and_surveys_have_to_be_unpacked(
    raw_folder, tmp_path, monkeypatch
):
    raw = raw_folder({"2023/b.csv": OTHER})
    parts = {"isi/a.csv": LIST, "__MACOSX/a.csv": LIST, "survei.csv": SURVEY, "c.zip": "PK"}
    with zipfile.ZipFile(raw / "2023" / "kiriman.zip", "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    made = clean.clean(raw, tmp_path)
    found = {"b.csv": 1, "kiriman.zip/c.zip": 0, "kiriman.zip/isi/a.csv": 1}
    found |= {"kiriman.zip/survei.csv": 0}
    assert {file: n for file, (n, *_) in counts(made).items()} == {
        f"2023/{name}": n for name, n in found.items()
    }
    assert made.tables["pillar_agencies"]["origin"][1] == "2023/kiriman.zip/isi/a.csv#l2:c3"
    for name in ("c.zip", "survei.csv"):
        why = "arsip tidak dibuka. Ekstrak isinya ke folder tahunnya"
        assert any(p.startswith(f"2023/kiriman.zip/{name}: {why}") for p in made.problems)
    received.check_tables(tmp_path, raw)
    monkeypatch.setattr(received, "_LARGEST", 10)
    assert "2023/kiriman.zip" in counts(clean.clean(raw, tmp_path))


def test_a_part_that_cannot_be_read_stands_among_the_rejected_and_the_rest_is_kept(clean_files):
    made = clean_files({"2023/a.csv": f"{AGENCIES};Column1\n"})
    (row,) = made.tables["rejected"].itertuples()
    assert (row.origin, row.rule) == ("2023/a.csv", "unread_part")
    assert row.reason == "ada judul kolom, tetapi tidak ada barisnya. Periksa berkas asalnya."
    assert made.tables["files"]["kind"].tolist() == ["pillar_agencies"]
    assert "2023/a.csv: kolom tidak dipakai: Column1." in made.notes


def _fails(*_):
    return {}["Ibu Rahasia"]


@pytest.mark.parametrize("where", ["read", "parse"])
def test_a_fault_of_the_program_costs_one_file_and_is_told_in_one_line(
    raw_folder, tmp_path, monkeypatch, where
):
    if where == "read":
        monkeypatch.setattr(clean, "READERS", {**clean.READERS, ".txt": _fails})
    else:
        of = {"2023/a.txt": _fails}
        monkeypatch.setattr(clean, "parse", lambda line: of.get(line.file.name, parse)(line))
    files = {"2023/a.txt": LIST.replace("Living", "Society"), "2023/b.csv": OTHER}
    made = clean.clean(raw_folder(files), tmp_path)
    assert list(made.tables["pillar_agencies"]["region"]) == ["32.04"]
    (rejected,), (problem,) = made.tables["rejected"].itertuples(), made.problems
    assert (rejected.file, rejected.rule) == ("2023/a.txt", "unread")
    assert re.search(r"program gagal membacanya \(\w+Error, \w+\.py baris", problem)
    assert "Rahasia" not in problem


def national(*numbers):
    regions = [r for r in framework.load().regions.values() if not r.is_sample]
    lines = [f"{n};{regions[n].name};3;3;3;3;3;3;3;KPPN&IKN" for n in numbers]
    return "\n".join([f"NO;{NATIONAL}", *lines, "", ""])


@pytest.mark.parametrize(
    ("first", "second", "lacking"),
    [
        *[([3, 1, 2], [], None), ([1, 2, 6, 8, 9], [], "3, 4, 5, dan 7"), ([2], [], "1")],
        *[([1, 2, 3], [1, 3], "2"), ([1, 2, 3], [4, 5], None)],  # begins anew, or counts on
    ],
)
def test_a_running_number_that_is_lacking_is_a_problem_and_stands_in_rejected(
    clean_files, first, second, lacking
):
    more = national(*second).replace("NO;KAB", "NOMOR;KAB").replace(";KET\n", ";KELOMPOK\n")
    made = clean_files({"2023/tabel.csv": national(*first) + more * bool(second)})
    assert len(made.tables["index_scores"]) == len({*first, *second})
    assert [p.split(": ")[2].split(".")[0] for p in made.problems] == [lacking] * bool(lacking)
    assert list(made.tables["rejected"]["rule"]) == ["number_gap"] * bool(lacking)


def test_a_region_may_belong_to_another_group_the_next_year(clean_files):
    table = f"{NATIONAL}\nKOTA SURABAYA;3;3;3;3;3;;3;KPPN&IKN\n"
    made = clean_files({"2022/a.csv": table, "2023/a.csv": table.replace("KPPN&IKN", "REGULER")})
    assert made.problems == []
    assert list(made.tables["index_scores"]["edition"]) == ["2022-kppn-ikn", "2023-reguler"]


def test_a_file_that_differs_from_its_fingerprint_stays_out_until_its_line_is_confirmed(
    clean_files,
):
    listed, society = "file,sha256\n2023/gone.csv,0\n", LIST.replace("Living", "Society")
    listed += "".join(f"2023/{name}.csv,{sha256(LIST)}\n" for name in ("fits", "differs"))
    files = {"2023/fits.csv": LIST, "2023/differs.csv": OTHER, "2023/unlisted.csv": society}
    made = clean_files({"SOURCES.csv": listed} | files)
    gone, differs = made.problems
    assert gone.startswith("2023/gone.csv: tercatat di SOURCES.csv, tetapi berkasnya tidak ada")
    said = "2023/differs.csv: berkas bukan yang tercatat di SOURCES.csv"
    assert differs.startswith(f"{said}: {sha256(OTHER)}. Kembalikan berkas yang tercatat, atau ")
    assert made.notes == ["2023/unlisted.csv: dibaca, tetapi SOURCES.csv tidak memuatnya."]
    assert [counts(made)[file] for file in files] == [(1, 1, 0, 0), (0, 0, 0, 0), (1, 1, 0, 0)]
    (row,) = made.tables["rejected"].itertuples()
    assert (row.file, row.origin, row.rule) == (*["2023/differs.csv"] * 2, "unconfirmed")


def test_whether_there_was_a_record_to_compare_with_is_recorded(raw_folder, tmp_path, monkeypatch):
    monkeypatch.setenv(paths.PROCESSED_VARIABLE, str(tmp_path))
    for sources in ({}, {"SOURCES.csv": f"file,sha256\n2023/a.csv,{sha256(LIST)}\n"}):
        made = clean.clean(raw_folder({"2023/a.csv": LIST} | sources), tmp_path)
        assert (store.check_written(tmp_path)["confirmed"], made.problems) == (bool(sources), [])
        assert any("tidak ada SOURCES.csv" in note for note in made.notes) == (not sources)


@pytest.mark.parametrize(
    "sources", ["berkas,sha256\n2023/a.csv,0\n", b"file,sha256\n\xe9,0\n", 'file\n"2023/a.csv\n']
)
def test_sources_that_cannot_be_read_are_a_problem_and_the_files_are_read(clean_files, sources):
    made = clean_files({"2023/a.csv": LIST, "SOURCES.csv": sources})
    (problem,) = made.problems
    assert problem.startswith("SOURCES.csv: tidak dapat dipakai: ")
    assert len(made.tables["pillar_agencies"]) == 1


def test_the_records_of_a_claim_are_counted_and_two_against_one_is_no_majority(clean_files):
    twice = f"{NATIONAL}\nKAB. MALANG;3,6;2;3;2,5;3;2;2,94;KPPN&IKN\n"
    files = {  # a year keeps the cases apart
        "2011/a.csv": f"{LIST}KAB. BANDUNG;Living;3\nKAB. MALANG;Living;3\n",
        "2012/a.csv": LIST,
        "2012/b.csv": LIST,
        "2014/a.csv": f"{LIST}KAB. MALANG;Living;3\nKAB. MALANG;Living;4\n",
        "2023/a.csv": f"{twice}Kabupaten Malang;3.60;2;3;2.5;3;2;2.94;KPPN/IKN\n",
    }
    made = clean_files(files)
    became = [(3, 2, 0, 1), (1, 1, 0, 0), (1, 0, 0, 1), (3, 0, 3, 0), (2, 1, 0, 1)]
    assert counts(made) == dict(zip(files, became, strict=True))
    assert "2011/a.csv: baris data yang sudah ada di tempat lain: 1." in made.notes
    assert "2012/b.csv: sama dengan berkas lain: 2012/a.csv." in made.notes
    (said,) = made.problems
    assert "(baris 2, kolom 3; baris 3, kolom 3; baris 4, kolom 3). JUMLAH OPD '3': " in said
    assert "bertentangan dengan 2014/a.csv#l4:c3 (JUMLAH OPD 3 -> 4)" in said


def test_the_faults_of_a_rule_in_a_file_are_one_line_with_places_and_advice(clean_files):
    lines = "".join(f"KAB. ATLANTIS;Smart Living;{n}\n" for n in range(1, 201))
    made = clean_files({"2023/a.csv": f"{AGENCIES}\n{lines}", "2023/b.csv": LIST})
    (problem,) = made.problems
    where = "baris 2, kolom 1; baris 3, kolom 1; baris 4, kolom 1; dan 197 lagi"
    assert problem.startswith(f"2023/a.csv: nama tidak dikenal ({where}). DAERAH 'KAB. ATLANTIS'")
    assert problem.endswith(framework.load().rules["name"].advice)
    assert len(made.tables["rejected"]) == 200


def test_invented_data_among_real_data_is_a_problem(clean_files):
    invented = f"{AGENCIES}\nKabupaten Contoh;Smart Living;3\n"
    assert clean_files({"2023/contoh.csv": invented}).problems == []
    (problem,) = clean_files({"2023/a.csv": LIST, "2023/contoh.csv": invented}).problems
    assert problem.startswith("2023/contoh.csv: data contoh tercampur dengan data asli.")


CORRECTED = "2024/statistik-bps-kaltim.csv"
STATISTICS = "TAHUN;DAERAH;STATISTIK;NILAI;SATUAN;SITASI"
POPULATION = "2021;KOTA SAMARINDA;Jumlah penduduk;831.4;ribu jiwa;bps-kaltim\n"
DENSITY = "2021;KOTA SAMARINDA;Kepadatan penduduk;1161;jiwa per km2;bps-kaltim\n"


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (POPULATION.replace("831.4", "831,4"), "yang ada '831,4'"),
        (DENSITY, "yang ada tidak ada"),
        (POPULATION + POPULATION, "yang ada '831.4', '831.4'"),
    ],
)
def test_a_correction_that_does_not_fit_makes_its_file_a_named_problem(clean_files, content, found):
    # in a file of another name the line stays
    made = clean_files(
        {CORRECTED: f"{STATISTICS}\n{content}", "2024/b.csv": f"{STATISTICS}\n{POPULATION}"}
    )
    (problem,) = made.problems
    assert problem.startswith(f"{CORRECTED}: koreksi tercatat tidak cocok lagi")
    assert found in problem
    assert counts(made) == {"2024/b.csv": (1, 1, 0, 0), CORRECTED: (0, 0, 0, 0)}


def test_corrections_of_one_file_are_all_applied_wherever_their_lines_stand(
    raw_folder, tmp_path, with_definitions
):
    each = {"Living": (3, "5"), "Society": (4, None), "Economy": (2, "dua")}  # None: the line goes
    said = [
        (f"PILAR=Smart {pillar}", "JUMLAH OPD", str(was), "replace" if now else "drop", now)
        for pillar, (was, now) in each.items()
    ]
    made = [Correction("seen", "L23", "2023/a.xlsx", *one, "salah") for one in said]
    with_definitions(corrections=tuple(made))
    raw, heads = raw_folder({"2023/b.csv": OTHER}), AGENCIES.split(";")
    sheets = {p: [heads, ["KAB. MALANG", f"Smart {p}", was]] for p, (was, _) in each.items()}
    write_book(raw / "2023" / "a.xlsx", sheets)
    made = clean.clean(raw, tmp_path)
    found = made.tables["pillar_agencies"][["pillar", "agencies", "origin"]]
    assert found.iloc[0].tolist() == ["living", 5, "2023/a.xlsx#Living!C2"]
    assert made.tables["rejected"]["reason"].iloc[0] == "salah"
    assert list(made.tables["rejected"]["rule"]) == ["correction", "number"]  # it is checked too
    assert counts(made)["2023/a.xlsx"] == (3, 1, 2, 0)
