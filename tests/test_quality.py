"""What arrived, what is missing, and what an assessor would find: each finding alone, and none."""

from __future__ import annotations

import pytest
from reading import Drawn, table

from kukar_analysis import clean, framework, narrative, plots, store, tables
from kukar_analysis.analysis import programmes, quality, synergy
from kukar_analysis.errors import UsageError

REGION = "64.02"
KUKAR = "KAB. KUTAI KARTANEGARA"
HDI, POVERTY = "outcome.economy.hdi", "outcome.economy.poverty"
ASKED = 50
PARTS = ("Industry", "Welfare", "Transaction")

AGENCIES = f"DAERAH;PILAR;OPD\n{KUKAR};Smart Economy;Bappeda\n"
STATISTICS = (
    "TAHUN;DAERAH;STATISTIK;NILAI;SATUAN;SITASI\n"
    f"2022;{KUKAR};Persentase penduduk miskin;7.96;persen;bps-kaltim\n"
)
FORM = (
    "ID BUTIR;JAWABAN;NILAI MANDIRI;DATA DUKUNG;OPD\n"
    f"{POVERTY};5%-10%;;laporan;Bappeda\n{HDI};ada;3;laporan;Bappeda\n"
)
PROGRAMMES = "PROGRAM;PILAR;SUBDIMENSI;STATUS;PENGGUNA;OPD\n" + "".join(
    f"Program {part};Smart Economy;{part};berjalan;{100};Bappeda\n" for part in PARTS
)
HEADS = "NAMA;PILAR;PROGRAM;" + ";".join(f"P{n}" for n in range(1, 10))


def respondent(n, pillar="Smart Economy", programme="Program Industry", answers="432143214"):
    return f"Warga {n};{pillar};{programme};" + ";".join(answers)


def survey(*more, count=ASKED):
    return "\n".join([HEADS, *map(respondent, range(count)), *more]) + "\n"


OFFICE = {
    "2023/opd-per-pilar.csv": AGENCIES,
    "2023/statistik.csv": STATISTICS,
    "2023/opd/bappeda.csv": FORM,
    "2023/program.csv": PROGRAMMES,
    "2023/survei.csv": survey(),
}
"""An office in which an assessor would find nothing."""


@pytest.fixture
def office(raw_folder, tmp_path, monkeypatch):
    """Return a function that cleans the office with some files changed, and points to it."""

    def run(changed=None, **settings):
        files = {name: text for name, text in (OFFICE | (changed or {})).items() if text}
        made = clean.clean(raw_folder(files), tmp_path / "tables")
        assert settings.get("faulty") or made.problems == []
        monkeypatch.setenv(store.PROCESSED_VARIABLE, str(tmp_path / "tables"))
        return made

    return run


def found():
    return quality.findings(2023, REGION)


# Findings


def test_in_a_clean_office_nothing_is_found(office):
    office()
    assert found().empty


FORM_FILE, SURVEY, LIST = "2023/opd/bappeda.csv", "2023/survei.csv", "2023/program.csv"
OWN = "Smart Economy"
BARE = FORM.replace(";ada;3;laporan", ";ada;3;belum ada")
FINDINGS = {
    "without_evidence": (
        {FORM_FILE: BARE},
        ("economy", "Bappeda", "Indeks Pembangunan Manusia", "", f"{FORM_FILE}#l3:c3"),
    ),
    "without_programme": (
        {LIST: PROGRAMMES.replace(";Welfare;", ";;")},
        ("economy", None, "Welfare", "", f"{SURVEY}#l2:c7"),
    ),
    "contradicts_statistic": (
        {FORM_FILE: FORM.replace("5%-10%", "0%-5%")},
        ("economy", "Bappeda", "Persentase penduduk miskin", "0%-5% (2023); ", None),
    ),
    "one_answer_throughout": (
        {SURVEY: survey(respondent(99, answers="444444444"), count=ASKED - 1)},
        ("economy", None, OWN, "1 dari 50 responden", f"{SURVEY}#l51:c4"),
    ),
    "zeros_throughout": (
        {SURVEY: survey(respondent(99, answers="000000000"), count=ASKED - 1)},
        ("economy", None, OWN, "1 dari 50 responden", f"{SURVEY}#l51:c4"),
    ),
    "no_programme": (
        {SURVEY: survey(respondent(99, programme=""), count=ASKED - 1)},
        ("economy", None, OWN, "1 dari 50 responden", f"{SURVEY}#l51:c4"),
    ),
    "respondents_not_asked": (
        {SURVEY: survey(count=ASKED - 1)},
        ("economy", None, OWN, "49 responden, diminta 50", f"{SURVEY}#l2:c4"),
    ),
    "more_respondents_than_users": (
        {LIST: PROGRAMMES.replace("Industry;berjalan;100", "Industry;berjalan;49")},
        ("economy", None, "Program Industry", "50 responden, 49 pengguna", f"{SURVEY}#l2:c4"),
    ),
    "same_person_twice": (
        {SURVEY: survey(respondent(0, answers="111111112"), count=ASKED - 1)},
        ("economy", None, OWN, "1 formulir berlebih", f"{SURVEY}#l51:c4"),
    ),
}


@pytest.mark.parametrize("kind", FINDINGS)
def test_a_fault_is_found_alone_with_its_place_and_size(office, kind):
    changed, (pillar, opd, subject, detail, origin) = FINDINGS[kind]
    office(changed)
    (row,) = found().itertuples()
    assert (row.kind, row.pillar, row.opd, row.subject) == (kind, pillar, opd, subject)
    assert row.detail.startswith(detail)
    assert origin is None or row.origin == origin


def test_a_person_who_answers_for_two_pillars_is_found(office):
    other = [respondent(n, "Smart Living", "B", "432143210") for n in range(49, 49 + ASKED)]
    harmony = "".join(f"B {p};Smart Living;{p};berjalan;90;\n" for p in ("Harmony", "Health"))
    more = PROGRAMMES + harmony + "B;Smart Living;Mobility;berjalan;90;\n"
    office({SURVEY: survey(*other), LIST: more})
    (row,) = found().itertuples()
    assert (row.kind, row.subject) == ("same_person_two_pillars", "Smart Economy dan Smart Living")
    assert row.detail == f"1 orang; yang pertama juga di {SURVEY}#l52:c4"
    assert row.origin == f"{SURVEY}#l51:c4"


def test_a_pillar_that_claims_a_score_without_any_programme_is_found(office):
    claim = "outcome.living.stunting;ada;3;laporan;Dinkes\n"
    office({FORM_FILE: FORM + claim})
    (row,) = found().itertuples()
    assert (row.kind, row.subject, row.origin) == (
        "without_programme",
        "Smart Living",
        f"{FORM_FILE}#l4:c3",
    )


@pytest.mark.parametrize(
    "changed",
    [
        {LIST: None},
        {FORM_FILE: FORM.replace(";ada;3;laporan", ";ada;0;laporan"), SURVEY: None},
        {FORM_FILE: FORM.replace(";Bappeda", ";")},
        {FORM_FILE: FORM.replace("5%-10%", "7,96 - 8%")},
        {FORM_FILE: FORM.replace("5%-10%", "tujuh persen")},
        {"2023/statistik.csv": STATISTICS.replace("\n2022;", "\n2024;").replace("7.96", "1")},
        {SURVEY: None},
    ],
    ids=[
        "no programme list",
        "nothing claimed",
        "no agency named",
        "a band that holds the value",
        "an answer that is no band",
        "a later statistic",
        "no survey",
    ],
)
def test_what_cannot_be_told_is_no_finding(office, changed):
    office(changed)
    assert found().empty


def test_every_kind_of_finding_is_explained_and_every_explained_one_can_be_found():
    kinds = {*FINDINGS, "same_person_two_pillars"}
    assert kinds == set(framework.load().findings)
    assert all(f.name and f.advice for f in framework.load().findings.values())


# Completeness


CARRIED = AGENCIES + f"{KUKAR};Smart Living;Dinkes\n{KUKAR};Smart Living;Bappeda\n"


def test_coverage_sets_what_was_asked_and_answered_against_who_carries_the_pillar(office):
    blank = "outcome.living.stunting;;;;Bappeda\noutcome.living.stunting;;;;Dinkes\n"
    extra = "outcome.branding.investment;ada;2;;Dinsos\noutcome.society.programme;;;;Dinsos\n"
    office({"2023/opd-per-pilar.csv": CARRIED, FORM_FILE: FORM + blank + extra})
    rows = quality.coverage(2023, REGION)
    columns = ["opd", "pillar", "expected", "asked", "answered", "with_evidence", "files"]
    assert list(rows.columns) == columns
    assert [tuple(row) for row in rows.itertuples(index=False)] == [
        ("Bappeda", "economy", True, 2, 2, 2, 1),
        ("Bappeda", "living", True, 1, 0, 0, 1),
        ("Dinkes", "living", True, 1, 0, 0, 1),
        ("Dinsos", "branding", False, 1, 1, 0, 1),
    ]


def test_those_to_telephone_are_the_agencies_with_a_pillar_of_which_nothing_is_answered(office):
    office({"2023/opd-per-pilar.csv": CARRIED})
    calls = quality.silent(2023, REGION)
    assert [tuple(row) for row in calls.itertuples(index=False)] == [
        ("Bappeda", "Badan Perencanaan Pembangunan Daerah", "living", True),
        ("Dinkes", "Dinas Kesehatan", "living", False),
    ]
    office()
    assert quality.silent(2023, REGION).empty


def test_questions_that_nobody_answered_name_the_agencies_of_their_pillar(office):
    office({"2023/opd-per-pilar.csv": CARRIED})
    open_ = quality.unanswered(2023, REGION).set_index("question")
    asked = framework.load().edition_questions["2023-kppn-ikn"]
    surveyed = {q for q in asked if framework.load().questions[q].component == "impact"}
    assert set(open_.index) == set(asked) - surveyed - {HDI, POVERTY}
    assert sorted(open_.loc["outcome.living.stunting", "agencies"].split(", ")) == [
        "Bappeda",
        "Dinkes",
    ]
    assert open_.loc["baseline.legal_basis", "agencies"] == ""


def test_without_a_form_no_question_is_called_unanswered(office):
    office({FORM_FILE: None})
    assert quality.unanswered(2023, REGION).empty


def test_a_question_asked_and_left_blank_is_unanswered(office):
    office({FORM_FILE: FORM.replace(";ada;3;laporan", ";;;")})
    assert HDI in set(quality.unanswered(2023, REGION)["question"])


# What arrived


def test_arrivals_are_the_files_of_the_year_with_their_agencies_and_records(office):
    office({"2022/lama.csv": AGENCIES, "2023/rusak.docx": "x"}, faulty=True)
    rows = quality.arrivals(2023, REGION).set_index("file")
    assert sorted(rows.index) == sorted({*OFFICE, "2023/rusak.docx"})
    own = rows.loc[FORM_FILE]
    assert (own["kind"], own["opd"], own["rows_read"], own["rows_kept"]) == (
        "agency_form",
        "Bappeda",
        2,
        2,
    )
    assert (rows.loc["2023/rusak.docx", "kind"], rows.loc[SURVEY, "opd"]) == ("unread", "")


def test_rejected_and_superseded_records_are_told_apart(office):
    ralat = FORM.replace(";ada;3;", ";ada;2;")
    office({"2023/opd/bappeda-ralat.csv": ralat, "2023/x.csv": AGENCIES + "X;Y;Z\n"}, faulty=True)
    assert list(quality.superseded(2023)["origin"]) == [f"{FORM_FILE}#l3:c3"]
    out = quality.rejected(2023)
    assert set(out["rule"]) == {"name"}
    assert set(out["origin"]) == {f"2023/x.csv#l3:c{n}" for n in (1, 2, 3)}
    assert quality.rejected(2022).empty


def test_a_file_may_be_called_anything_and_its_agency_and_rejected_rows_are_known(office):
    odd, other = "2023/opd/isian #1: bappeda.csv", "2023/opd/isian #2.csv"
    lists = "2023/daftar #3.csv"
    faulty = {odd: FORM.replace(";3;", ";9;"), other: FORM.replace("5%-10%", "6%"), FORM_FILE: None}
    wrong = PROGRAMMES.replace(";100;", ";banyak;").replace(";berjalan;", ";entah;", 1)
    office({**faulty, lists: wrong, "2023/program.csv": None}, faulty=True)
    arrived = quality.arrivals(2023, REGION).set_index("file")
    assert arrived.loc[other, "opd"] == "Bappeda"
    assert f"{other}#l2:c2" in set(synergy.rejected(2023, REGION, "Bappeda")["origin"])
    assert programmes.rejected(2023) == len(PARTS)
    shown = {row["Tempat"]: row for row in table(tables.rejected(2023)).records()}
    advice = shown[f"{other}#l2:c2"]["Yang perlu dilakukan"]
    assert advice.startswith(f"Bertentangan dengan {odd}#l2:c2. ")


def test_a_year_may_be_asked_for_that_has_an_edition_or_files(office):
    office({"2021/lama.csv": AGENCIES})
    assert quality.years() == sorted({2021, *framework.load().years()})
    assert quality.year("2021") == 2021
    with pytest.raises(UsageError, match="year 2019 has no files; known: 2021, 2022, 2023"):
        quality.year(2019)


def test_the_summary_says_in_two_lines_what_is_missing_and_what_would_be_found(office):
    office({"2023/opd-per-pilar.csv": CARRIED, FORM_FILE: BARE})
    missing, findings = quality.summary()
    assert missing.startswith("2023 Kabupaten Kutai Kartanegara: 1 of 3 agency and pillar pairs")
    assert missing.endswith("; to telephone: Bappeda, Dinkes")
    assert findings.endswith("an assessor would find without_evidence 1")
    office({FORM_FILE: None})
    assert quality.summary() == ["no agency's form is there yet"]


# As the report shows it


def test_the_figure_shows_what_each_pair_answered_and_where_nothing_came(office):
    office({"2023/opd-per-pilar.csv": CARRIED})
    drawn = Drawn(plots.coverage(2023, REGION))
    assert "2 dari 3 pasangan OPD dan pilar belum dijawab" in drawn.words
    assert [word for word in drawn.words if word in ("2", "belum")] == ["2", "belum", "belum"]
    assert "Bappeda pada Smart Economy 2; Bappeda pada Smart Living belum ada" in drawn.alt


def test_the_tables_show_findings_calls_rejected_and_mended_with_what_to_do(office):
    other = f"DAERAH;PILAR;OPD\n{KUKAR};Smart Living;Dinas Keshatan\n"
    ralat = BARE.replace("5%-10%", "6%-10%")
    files = {"2023/opd-per-pilar.csv": CARRIED, "2023/opd/bappeda-ralat.csv": ralat}
    office({**files, "2023/x.csv": other}, faulty=True)
    (finding,) = table(tables.findings(2023, REGION)).records()
    assert finding["Temuan"] == framework.load().findings["without_evidence"].name
    assert table(tables.calls(2023, REGION)).column("OPD") == [
        "Badan Perencanaan Pembangunan Daerah",
        "Dinas Kesehatan",
    ]
    (rejected,) = table(tables.rejected(2023)).records()
    assert (rejected["Tempat"], rejected["Isi"]) == ("2023/x.csv#l2:c3", "Dinas Keshatan")
    assert rejected["Yang perlu dilakukan"].startswith("Mirip Dinas Kesehatan (")
    mended = table(tables.superseded(2023)).records()
    assert [row["Catatan lama"].split(":c")[0] for row in mended] == [
        f"{FORM_FILE}#l2",
        f"{FORM_FILE}#l3",
    ]
    assert "answer 5%-10% menjadi 6%-10%" in mended[0]["Perubahan"]


def test_the_answer_says_what_arrived_what_is_missing_and_what_would_be_found(office):
    office({"2023/opd-per-pilar.csv": CARRIED, FORM_FILE: BARE})
    said = narrative.quality(2023, REGION).html
    for expected in ("5 berkas", "1 sudah menjawab", "Bappeda dan Dinkes", "tanpa data dukung (1)"):
        assert expected in said
    office()
    assert "Tidak ada temuan" in narrative.quality(2023, REGION).html
