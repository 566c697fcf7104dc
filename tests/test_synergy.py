"""Who carries what, and the page for one agency: counted a second time, and nothing invented."""

from __future__ import annotations

import re
from collections import Counter
from fractions import Fraction

import pandas as pd
import pytest
from reading import (
    IN_NO_TABLE,
    KUKAR,
    MALANG,
    STAYED_AWAY,
    SURABAYA,
    Drawn,
    number,
    table,
    tables_from,
    write_tables,
)

from kukar_analysis import framework, narrative, plots, store, suggest, tables
from kukar_analysis.analysis import quality, synergy
from kukar_analysis.errors import UsageError

OFFICE = "00.01"
EDITION = "2023-kppn-ikn"
GOVERNANCE = [f"outcome.governance.{q}" for q in ("programme", "fiscal_health", "lppd", "spbe")]
PAGES = [
    narrative.agency,
    narrative.send_back,
    tables.agency_missing,
    tables.agency_answers,
    tables.agency_findings,
    tables.agency_rejected,
    tables.agency_files,
    tables.agency_programmes,
]
OVERVIEW = [
    narrative.synergy,
    plots.pillar_shares,
    plots.own_and_assessor,
    tables.leaning_pillars,
    tables.leaning_agencies,
    tables.carried,
]


def row(question, opd, score=None, *, source="self", evidence="laporan", answer="ada"):
    q = framework.load().questions[question]
    place = f"2023/opd/{(opd or 'tanpa-nama').lower()}.xlsx#Penilaian!D1"
    return {
        "year": 2023,
        "region": KUKAR,
        "edition": EDITION,
        "source": source,
        "question": question,
        "component": q.component,
        "pillar": q.pillar,
        "opd": opd,
        "answer": answer,
        "score": score,
        "evidence": evidence,
        "origin": place,
    }


def assessed(question, score):
    return row(question, None, score, source="assessor", evidence=None, answer=None)


def seat(pillar, opd, agencies=1):
    named = {"year": 2023, "region": KUKAR, "pillar": pillar, "opd": opd, "agencies": agencies}
    return named | {"origin": f"2023/opd-per-pilar.csv#l1:{pillar}{opd}"}


def file(name, kind="agency_form", read=0, kept=0, rejected=0):
    counts = {"rows_read": read, "rows_kept": kept, "rows_rejected": rejected}
    return {"file": name, "kind": kind, "rows_duplicate": 0} | counts


@pytest.fixture
def office(tmp_path_factory, monkeypatch):
    """Return a function that writes the tables of an invented office and points to them."""

    def write(**rows):
        folder = write_tables(tmp_path_factory.mktemp("office"), **rows)
        monkeypatch.setenv(store.PROCESSED_VARIABLE, str(folder))

    return write


# Agency by pillar


def plain(year):
    """Count the sample's answers again, without pandas: {(opd, pillar): what is behind it}."""
    rows = store.read("question_scores").to_dict("records")
    rows = [r for r in rows if (r["year"], r["region"]) == (year, OFFICE)]
    given = [r for r in rows if r["source"] == "self" and isinstance(r["opd"], str)]
    given = [r for r in given if isinstance(r["answer"], str) or r["score"] == r["score"]]
    theirs = {r["question"]: Fraction(str(r["score"])) for r in rows if r["source"] == "assessor"}
    often = Counter(r["question"] for r in given)
    found = {}
    for r in given:
        pair = r["opd"], r["pillar"] if isinstance(r["pillar"], str) else None
        mine = found.setdefault(pair, {"questions": [], "evidence": 0, "alone": 0, "scores": []})
        mine["questions"].append(r["question"])
        mine["evidence"] += isinstance(r["evidence"], str)
        mine["alone"] += often[r["question"]] == 1
        if r["score"] == r["score"]:
            own = Fraction(str(r["score"]))
            mine["scores"].append((own, theirs.get(r["question"]), r["question"]))
    return found


def mean(values):
    return float(sum(values) / len(values)) if values else None


@pytest.mark.usefixtures("sample_env")
@pytest.mark.parametrize("year", [2022, 2023])
def test_agency_by_pillar_agrees_with_a_plain_count(year):
    expected, answered = plain(year), {}
    for r in synergy.carried(year, OFFICE).itertuples():
        pair = r.opd, r.pillar if isinstance(r.pillar, str) else None
        none = {"questions": [], "evidence": 0, "alone": 0, "scores": []}
        mine = expected.get(pair, none)
        answered[pair] = r.answered
        assert (r.answered, r.with_evidence, r.alone) == (
            len(mine["questions"]),
            mine["evidence"],
            mine["alone"],
        )
        both = [(own, theirs) for own, theirs, _ in mine["scores"] if theirs is not None]
        assert (r.scored, r.compared) == (len(mine["scores"]), len(both))
        for value, exact in [
            (r.own_mean, mean([own for own, *_ in mine["scores"]])),
            (r.own_compared, mean([own for own, _ in both])),
            (r.assessor_mean, mean([theirs for _, theirs in both])),
            (r.difference, mean([own - theirs for own, theirs in both])),
        ]:
            assert pd.isna(value) if exact is None else value == pytest.approx(exact, abs=1e-12)
    assert {pair for pair, n in answered.items() if n} == set(expected)


@pytest.mark.usefixtures("sample_env")
def test_an_agency_is_asked_the_questions_of_its_pillar_that_no_survey_answers():
    found = synergy.carried(2023, OFFICE).set_index(["opd", "pillar"])["questions"]
    assert found["Setda", "governance"] == 7
    assert found["Dinkes", "living"] == 8
    listed = synergy.form(2023, OFFICE)
    asked = framework.load().edition_questions[EDITION]
    surveyed = [q for q in asked if framework.load().questions[q].component == "impact"]
    assert len(surveyed) == 54
    assert set(listed["question"]) == set(asked) - set(surveyed)


def test_scores_are_not_compared_where_the_assessors_are_not_on_record(office):
    office(question_scores=[row(GOVERNANCE[0], "Setda", 3.0), row(GOVERNANCE[1], "Setda")])
    (found,) = synergy.carried(2023, KUKAR).to_dict("records")
    assert (found["answered"], found["scored"], found["own_mean"]) == (2, 1, 3.0)
    assert found["compared"] == 0
    assert pd.isna([found["own_compared"], found["assessor_mean"], found["difference"]]).all()
    assert "Nilai mandiri belum dapat dibandingkan" in narrative.synergy(2023, KUKAR).text


# Who leans on whom


@pytest.mark.usefixtures("sample_env")
@pytest.mark.parametrize("year", [2022, 2023])
def test_pillars_and_agencies_agree_with_a_plain_count(year):
    pairs = plain(year)
    total = sum(len(mine["questions"]) for mine in pairs.values())
    for r in synergy.by_pillar(year, OFFICE).itertuples():
        pillar = r.pillar if isinstance(r.pillar, str) else None
        own = {o: set(mine["questions"]) for (o, p), mine in pairs.items() if p == pillar}
        counts = {o: len(questions) for o, questions in own.items()}
        covered = set().union(*own.values())
        assert (r.answering, r.covered) == (len(own), len(covered))
        assert r.single == sum(mine["alone"] for (_, p), mine in pairs.items() if p == pillar)
        most = [o for o in sorted(counts) if counts[o] == max(counts.values())]
        assert r.largest.split(", ") == most
        assert r.leans == pytest.approx(max(counts.values()) / len(covered))
        squares = sum(Fraction(n, sum(counts.values())) ** 2 for n in counts.values())
        assert r.herfindahl == pytest.approx(float(squares))
        assert r.equal_agencies == pytest.approx(float(1 / squares))
        leans = len(most) == 1 and 2 * max(counts.values()) > len(covered)
        assert (r.leaning == most[0]) if leans else pd.isna(r.leaning)
    for r in synergy.by_agency(year, OFFICE).itertuples():
        own = [mine for (o, _), mine in pairs.items() if o == r.opd]
        assert r.answered == sum(len(mine["questions"]) for mine in own)
        assert r.share == pytest.approx(r.answered / total)
        assert r.alone == sum(mine["alone"] for mine in own)
        both = [s[0] - s[1] for mine in own for s in mine["scores"] if s[1] is not None]
        assert r.compared == len(both)
        assert pd.isna(r.difference) if not both else r.difference == pytest.approx(mean(both))


@pytest.mark.usefixtures("sample_env")
def test_a_shared_question_counts_once_against_the_assessors():
    scores = {
        q: (own, theirs) for mine in plain(2023).values() for own, theirs, q in mine["scores"]
    }
    whole = synergy.against_assessors(2023, OFFICE)
    assert whole["compared"] == len(scores) == 49
    assert whole["difference"] == pytest.approx(mean([a - b for a, b in scores.values()]))


@pytest.mark.usefixtures("sample_env")
def test_the_sample_leans_where_the_answer_says():
    found = synergy.by_pillar(2023, OFFICE).dropna(subset="leaning")
    assert dict(zip(found["pillar"].fillna(""), found["leaning"], strict=True)) == {
        "governance": "Bappeda",
        "environment": "DLHK",
        "": "Diskominfo",
    }
    assert found["largest_alone"].tolist() == [2, 2, 12]
    first = synergy.by_agency(2023, OFFICE).iloc[0]
    assert (first["opd"], first["pillars"], first["answered"]) == ("Diskominfo", 2, 14)


@pytest.mark.usefixtures("sample_env")
def test_of_many_that_answered_equally_much_none_is_named_before_the_others():
    said = {year: narrative.synergy(year, OFFICE).text for year in (2022, 2023)}
    assert "Tumpuan terbesar: Diskominfo (14 jawaban, 35%)." in said[2022]  # then four with 3
    assert "Diskominfo (14 jawaban, 21%) dan Bappeda (13 jawaban, 19%)." in said[2023]


@pytest.mark.parametrize(
    ("answered", "agencies"), [([4], 1), ([2, 2], 2), ([3, 1], 1.6), ([1] * 10, 10)]
)
def test_the_number_of_equal_agencies_is_one_over_the_sum_of_squared_shares(answered, agencies):
    shares = synergy.leaning.concentration(pd.Series(answered))
    assert 1 / shares == pytest.approx(agencies)


def test_a_pillar_leans_on_one_agency_only_beyond_half_and_never_on_two(office):
    agencies = ("Setda", "Setda", "Bappeda", "Diskominfo")
    half = [row(q, opd, 3.0) for q, opd in zip(GOVERNANCE, agencies, strict=True)]
    office(question_scores=half)
    found = synergy.by_pillar(2023, KUKAR).iloc[0]
    assert (found["largest"], found["leans"]) == ("Setda", 0.5)
    assert pd.isna(found["leaning"])
    office(question_scores=half[:3])
    assert synergy.by_pillar(2023, KUKAR).iloc[0]["leaning"] == "Setda"
    both = [row(q, opd, 3.0) for q in GOVERNANCE for opd in ("Setda", "Bappeda")]
    office(question_scores=both)
    found = synergy.by_pillar(2023, KUKAR).iloc[0]
    assert (found["largest"], found["leans"], found["single"]) == ("Bappeda, Setda", 1, 0)
    assert pd.isna(found["leaning"])
    assert "bersandar pada satu OPD." in narrative.synergy(2023, KUKAR).text


def test_answers_without_an_agency_are_counted_on_nobody_and_said(office):
    office(question_scores=[row(GOVERNANCE[0], "Setda", 3.0), row(GOVERNANCE[1], None, 4.0)])
    assert synergy.unnamed(2023, KUKAR) == 1
    assert synergy.by_pillar(2023, KUKAR).iloc[0]["covered"] == 1
    assert synergy.by_agency(2023, KUKAR)["answered"].tolist() == [1]
    assert "1 jawaban tanpa nama OPD tidak dihitung" in narrative.synergy(2023, KUKAR).text


def test_where_nobody_answered_nothing_is_said_to_lean(office):
    office(pillar_agencies=[seat("governance", "Setda"), seat("living", "Dinkes")])
    found = synergy.by_pillar(2023, KUKAR)
    assert found["named"].dropna().tolist() == [1, 1]
    assert found[["answering", "covered", "single", "leans"]].isna().all(axis=None)
    assert synergy.by_agency(2023, KUKAR)["share"].isna().all()
    said = narrative.synergy(2023, KUKAR).text
    assert "2 dari 2 pasangan belum menjawab" in said
    assert "belum dapat dikatakan" in said
    assert table(tables.leaning_agencies(2023, KUKAR)).column("Pilar yang bersandar padanya") == [
        "–",
        "–",
    ]


# Nothing is invented


@pytest.mark.usefixtures("processed_env")
def test_of_kukar_2023_only_the_seats_are_known():
    assert synergy.agencies(2023, KUKAR) == []
    assert synergy.carried(2023, KUKAR).empty
    assert synergy.by_agency(2023, KUKAR).empty
    found = synergy.by_pillar(2023, KUKAR)
    assert found["seats"].tolist() == [10, 3, 8, 10, 7, 4]
    assert found["questions"].tolist() == [7, 5, 4, 8, 7, 4]
    unknown = found.drop(columns=["pillar", "seats", "questions"])
    assert unknown.isna().all(axis=None)
    said = narrative.synergy(2023, KUKAR).text
    assert "tidak tercatat" in said.split(".")[0]
    assert "42 kursi OPD" in said
    assert "data/raw/2023/opd-per-pilar-64.02.csv" in said
    assert "DLHK (2), Dispar (2), DP3A (1)" in said
    for shown in (tables.leaning_agencies, tables.carried):
        assert 'class="empty-place"' in shown(2023, KUKAR).html
    for drawn in (plots.pillar_shares, plots.own_and_assessor):
        assert drawn(2023, KUKAR).html == ""


@pytest.mark.usefixtures("processed_env")
def test_the_four_answers_of_kukar_2024_belong_to_nobody():
    assert synergy.unnamed(2024, KUKAR) == 4
    assert synergy.agencies(2024, KUKAR) == []
    assert "4 jawaban tercatat tanpa nama OPD" in narrative.synergy(2024, KUKAR).text


@pytest.mark.usefixtures("processed_env")
def test_the_page_of_an_agency_of_kukar_shows_its_empty_places():
    said = narrative.agency(2023, KUKAR, "Diskominfo").text
    assert said.startswith("Tidak tercatat bahwa Dinas Komunikasi dan Informatika mengampu")
    for page in PAGES[2:-1]:
        assert 'class="empty-place"' in page(2023, KUKAR, "Diskominfo").html
    (win,) = table(tables.agency_programmes(2023, KUKAR, "Diskominfo")).records()
    assert (win["Tahun"], win["Program"]) == ("2021", "Kelompok Informasi Masyarakat")
    assert [win["Status"], win["Target"], win["Realisasi"]] == ["–"] * 3


def shown_of(region, year, opds):
    yield from (page(year, region) for page in OVERVIEW)
    yield from (page(year, region, opd) for opd in opds for page in PAGES)


@pytest.mark.parametrize("folder", ["processed", "sample_processed"])
def test_every_region_and_year_has_a_page_that_names_nothing_by_its_id(folder, request):
    with tables_from(request.getfixturevalue(folder)):
        for region in (KUKAR, OFFICE, MALANG, SURABAYA, STAYED_AWAY, IN_NO_TABLE):
            for year in quality.years() if region in (KUKAR, OFFICE) else (2023,):
                opds = {*synergy.agencies(year, region)[::6], "Diskominfo"}
                for shown in shown_of(region, year, sorted(opds)):
                    assert not re.search(r"\b(nan|None|governance|living|not_begun)\b", shown.text)


# One agency


@pytest.mark.parametrize("name", ["Dinkes", "Dinas Kesehatan", "dinas kesehatan"])
def test_an_agency_goes_by_its_short_and_its_long_name(name):
    assert suggest.agency(name).opd == "Dinkes"


@pytest.mark.usefixtures("processed_env")
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Dinas Kesehtan", "is not known; nearest: Dinkes (Dinas Kesehatan)"),
        ("DKP", "could be Dinas Kelautan dan Perikanan or Dinas Ketahanan Pangan"),
        ("xyz", "is not known; known: Diskominfo, "),
    ],
)
def test_an_unknown_agency_is_answered_with_those_that_come_near(name, said):
    with pytest.raises(UsageError, match=re.escape(said)):
        narrative.agency(2023, KUKAR, name)


@pytest.mark.usefixtures("sample_env")
def test_what_an_agency_was_asked_is_answered_blank_or_not_there():
    found = synergy.questions(2023, OFFICE, "Dinkes").set_index("question")
    form = synergy.form(2023, OFFICE)
    assert found.index.tolist() == form.loc[form["pillar"] == "living", "question"].tolist()
    living = "outcome.living."
    assert found["state"].to_dict() == {
        f"{living}programme": "answered",
        f"{living}stunting": "absent",  # 5 is outside the scale
        f"{living}immunisation": "absent",  # `baik` is no score
        f"{living}birth_attendance": "answered",
        f"{living}drinking_water": "blank",
        f"{living}sanitation": "blank",
        f"{living}roads": "blank",
        "collaboration.living": "blank",
    }
    birth = found.loc[f"{living}birth_attendance"]
    assert (birth["score"], birth["assessor"], birth["has_evidence"]) == (3.75, 3.8, False)
    assert birth["difference"] == pytest.approx(-0.05)
    assert found.loc[f"{living}drinking_water", "others"] == "DPU, Disperkim"
    assert found.loc[f"{living}sanitation", "others"] == ""
    assert found.loc[f"{living}programme", "others"] == "Dinsos, Dishub, Dinas Ketahanan Pangan"


@pytest.mark.usefixtures("sample_env")
def test_questions_of_no_pillar_are_asked_of_those_who_answer_any():
    for opd, asked in {"Diskominfo": 40, "Bappeda": 35, "Setda": 7}.items():
        found = synergy.questions(2023, OFFICE, opd)
        assert len(found) == asked
        assert found["question"].is_unique


@pytest.mark.usefixtures("sample_env")
def test_every_state_of_the_sample_is_told_apart():
    kept = {}
    for opd in [*synergy.agencies(2023, OFFICE), "Brida"]:
        asked = synergy.questions(2023, OFFICE, opd)
        kept.setdefault(synergy.state(2023, OFFICE, opd, asked), []).append(opd)
    assert kept["unknown"] == ["Brida"]
    assert kept["unusable"] == ["BPKAD", "Disbun", "Dispora", "Inspektorat", "Satpol PP"]
    assert kept["silent"] == [
        *["BKPSDM", "Bapenda", "DPPR", "Damkar", "Diarpus", "Dinas Kelautan dan Perikanan"],
        "Setwan",
    ]
    assert "DLHK" in kept["complete"]
    assert len(kept["complete"]) + len(kept["partial"]) == 23


@pytest.mark.usefixtures("sample_env")
def test_files_are_an_agencys_by_their_rows_or_else_by_their_name():
    dlhk = synergy.files(2023, OFFICE, "DLHK")
    assert dlhk["file"].str.removeprefix("2023/opd/contoh-").tolist() == [
        "dlhk-kiriman-kedua.xlsx",
        "dlhk.xlsx",
    ]
    assert synergy.files(2023, OFFICE, "BPKAD")["kind"].tolist() == ["unread"]
    shared = synergy.files(2023, OFFICE, "DPMD")
    assert shared["shared"].tolist() == [True]
    assert synergy.files(2023, OFFICE, "Setwan").empty
    assert synergy.files(2023, MALANG, "BPKAD").empty


@pytest.mark.usefixtures("sample_env")
def test_a_rejected_record_is_told_to_the_agency_of_its_file_and_to_no_other():
    told = Counter()
    for opd in framework.load().opd:
        told.update(synergy.rejected(2023, OFFICE, opd)["origin"])
    assert set(told.values()) == {1}
    files = {origin.split("#")[0] for origin in told}
    assert "2023/opd/contoh-rekap-koordinator.xlsx" not in files
    assert {"2023/opd/contoh-dinkes.xlsx", "2023/opd/contoh-bpkad.xlsx"} <= files
    everywhere = quality.rejected(2023)
    of_forms = everywhere[everywhere["origin"].str.startswith("2023/opd/")]
    assert len(of_forms) - sum(told.values()) == 3  # all of the coordinator's recapitulation
    assert "3 catatan ditolak" in tables.agency_rejected(2023, OFFICE, "DPMD").text


@pytest.mark.usefixtures("sample_env")
def test_findings_and_programmes_are_the_agencys_own():
    assert synergy.findings(2023, OFFICE, "Dinkes")["kind"].tolist() == ["without_evidence"]
    assert synergy.findings(2023, OFFICE, "DPMD")["kind"].tolist() == ["contradicts_statistic"]
    assert synergy.findings(2023, OFFICE, "DLHK").empty
    found = synergy.programmes(2023, OFFICE, "Disdikbud")
    assert found["year"].tolist() == [2023, 2022]
    assert found["is_quick_win"].all()
    assert synergy.programmes(2023, OFFICE, "DPU")["year"].tolist() == [2023, 2023]
    assert synergy.programmes(2022, OFFICE, "Disdikbud")["year"].tolist() == [2022]


@pytest.mark.usefixtures("sample_env")
def test_the_answer_for_an_agency_says_what_came_and_what_is_open():
    said = narrative.agency(2023, OFFICE, "Dinkes").text
    assert "2 jawaban dari 8 butir yang ditanyakan (Smart Living), 1 di antaranya tanpa" in said
    assert "2 butir belum dijawab siapa pun: Imunisasi lengkap balita dan Rumah tangga" in said
    assert "4 lain sudah dijawab OPD lain" in said
    assert "nilai mandiri rata-rata 3,63 dan nilai asesor 3,40 (selisih +0,23)" in said
    assert "3 catatan ditolak" in said
    assert "belum ada jawaban yang dapat dipakai" in narrative.agency(2023, OFFICE, "BPKAD").text
    assert "belum ada berkas atau jawaban" in narrative.agency(2023, OFFICE, "Setwan").text


@pytest.mark.usefixtures("sample_env")
@pytest.mark.parametrize(
    ("opd", "wanted"),
    [
        (
            "Dinkes",
            [
                "Perbaiki 3 catatan yang ditolak.",
                "untuk 1 jawaban tanpa data dukung",
                "Isi 2 butir yang belum dijawab siapa pun",
                "kukar template 2023 --opd Dinkes --region 00.01",
                "contoh-dinkes-ralat.xlsx",
            ],
        ),
        ("BPKAD", ["Kirim ulang 1 berkas yang tidak terbaca."]),
        ("Setwan", ["Isi dan kirim formulir OPD ini"]),
        ("DPMD", ["Jawaban bertentangan dengan statistik resmi (1): Cocokkan"]),
        ("Diskop UKM", ["--opd 'Diskop UKM'"]),
        ("DLHK", ["Tidak ada yang perlu dikirim kembali."]),
    ],
)
def test_what_to_send_back_follows_from_what_is_missing(opd, wanted):
    said = narrative.send_back(2023, OFFICE, opd).text
    for words in wanted:
        assert words in said
    assert ("contoh-rekap" in said) is False


@pytest.mark.usefixtures("sample_env")
def test_the_tables_of_an_agency_show_every_question_once():
    for opd in ("Dinkes", "Diskominfo", "DPU"):
        answered = table(tables.agency_answers(2023, OFFICE, opd)).records()
        left = table(tables.agency_missing(2023, OFFICE, opd)).records()
        assert len(answered) + len(left) == len(synergy.questions(2023, OFFICE, opd))
        states = [r["Sudah dijawab oleh"] == "belum ada" for r in left]
        assert states == sorted(states, reverse=True)
        for r in answered:
            own, theirs, apart = (
                number(r[head]) for head in ("Nilai mandiri", "Nilai asesor", "Selisih")
            )
            assert apart == (None if own is None else own - theirs)


def test_a_form_that_came_back_blank_is_no_answer_and_no_rejection(office):
    office(
        question_scores=[row(GOVERNANCE[0], "Setda", answer=None, evidence=None)],
        pillar_agencies=[seat("governance", "Setda")],
        files=[file("2023/opd/setda.xlsx", read=1, kept=1)],
    )
    said = narrative.agency(2023, KUKAR, "Setda").text
    assert "sudah masuk, tetapi belum ada jawaban" in said
    assert "ditolak" not in said


# Figures


@pytest.mark.usefixtures("sample_env")
def test_the_figure_of_shares_says_what_each_agency_answered():
    drawn = Drawn(plots.pillar_shares(2023, OFFICE))
    assert drawn.alt.startswith(
        "Yang bersandar pada satu OPD: Governance pada Bappeda, Environment pada DLHK"
    )
    said = dict(re.findall(r"(Smart \w+|Umum \(tanpa pilar\)): ([^;]+?)(?=;|\.$)", drawn.alt))
    pairs = synergy.carried(2023, OFFICE)
    for pillar in framework.load().pillars.values():
        own = pairs[pairs["pillar"] == pillar.pillar]
        named = [f"{r.opd} {r.answered or 'belum'}" for r in own.itertuples()]
        assert said[pillar.name].split(", ") == named
    assert said["Umum (tanpa pilar)"] == "Bappeda 9, Diskominfo 12"
    assert {"4 dari 6 butir", "3 dari 4 butir", "12 dari 21 butir"} <= set(drawn.words)


@pytest.mark.usefixtures("sample_env")
def test_parts_of_a_bar_are_the_agencys_parts_of_the_pillars_answers():
    drawn = Drawn(plots.pillar_shares(2023, OFFICE))
    bars = []
    for element in drawn.root.iter():
        if re.fullmatch(r"patch_\d+", element.get("id") or ""):
            (path,) = [e.get("d") for e in element.iter() if e.get("d")]
            xs = [float(x) for x in re.findall(r"[ML] ([-\d.]+) ", path)]
            bars.append(max(xs) - min(xs))
    pairs = synergy.carried(2023, OFFICE)
    pairs = pairs[pairs["answered"] > 0].assign(pillar=pairs["pillar"].fillna("~"))
    order = [*framework.load().pillars, "~"]
    expected = []
    for pillar in order:
        counts = sorted(pairs.loc[pairs["pillar"] == pillar, "answered"], reverse=True)
        expected += [n / sum(counts) for n in counts]
    drawn_parts = bars[2 : 2 + len(expected)]  # after the page and the axes
    width = bars[1]
    assert [part / width for part in drawn_parts] == pytest.approx(expected, abs=1e-3)


def test_agencies_with_small_parts_share_a_part_of_the_bar(office):
    many = [row(q, "Setda", 3.0) for q in synergy_questions()]
    office(question_scores=[*many, row(GOVERNANCE[0], "Bappeda", 3.0)])
    words = Drawn(plots.pillar_shares(2023, KUKAR)).words
    assert "+1" in words
    assert "Bappeda" not in words


def synergy_questions():
    """Return many questions of one pillar: as many as make a part of one narrow."""
    fw = framework.load()
    return [q for q in fw.edition_questions[EDITION] if fw.questions[q].pillar == "governance"][:12]


@pytest.mark.usefixtures("sample_env")
def test_own_and_assessors_means_are_drawn_where_the_numbers_are():
    drawn = Drawn(plots.own_and_assessor(2023, OFFICE))
    found = synergy.by_agency(2023, OFFICE).dropna(subset="difference")
    found = found.sort_values(["difference", "opd"], ascending=[False, True])
    assert drawn.marks("PathCollection_1") == pytest.approx(found["assessor_mean"], abs=0.002)
    assert drawn.marks("PathCollection_2") == pytest.approx(found["own_compared"], abs=0.002)
    assert drawn.alt.startswith("20 dari 22 OPD menilai diri lebih tinggi daripada asesor.")
    assert [w for w in drawn.words if re.fullmatch(r"[+−]\d,\d\d", w)] == [
        f"{'−' if d < 0 else '+'}{abs(round(d + 1e-9, 2)):.2f}".replace(".", ",")
        for d in found["difference"]
    ]


@pytest.mark.usefixtures("sample_env")
def test_figures_load_nothing_from_outside_and_are_the_same_bytes_again():
    for draw in (plots.pillar_shares, plots.own_and_assessor):
        drawn = draw(2023, OFFICE)
        assert draw(2023, OFFICE) == drawn
        tags = {element.tag.rsplit("}", 1)[-1] for element in Drawn(drawn).root.iter()}
        assert tags.isdisjoint({"image", "script", "foreignObject", "a"})


# Limits


def test_the_limits_of_the_reading_are_said():
    said = narrative.limits("synergy").text
    for words in ("Siapa pemilik satu butir", "lebih dari setengah", "bukan untuk OPD"):
        assert words in said


@pytest.mark.usefixtures("processed_env")
def test_an_agency_has_no_files_and_nothing_rejected_in_a_year_of_which_nothing_came():
    assert synergy.files(2030, KUKAR, "Dinkes").empty
    assert list(synergy.rejected(2030, KUKAR, "Dinkes")) == list(quality.rejected(2030))
