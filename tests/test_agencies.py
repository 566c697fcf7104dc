"""Who carries what, and the page for one agency: counted a second time, and nothing invented."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from fractions import Fraction

import pandas as pd
import pytest
from reading import KUKAR, write_tables

import kukar_analysis as ka
from kukar_analysis import framework, store
from kukar_analysis.analysis import agencies, office, quality
from kukar_analysis.errors import UsageError

OFFICE = "00.01"
EDITION = "2023-kppn-ikn"
GOVERNANCE = [f"outcome.governance.{q}" for q in ("programme", "fiscal_health", "lppd", "spbe")]


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
def papers(tmp_path_factory, monkeypatch):
    """Return a function that writes the tables of an invented office and points to them."""

    def write(**rows):
        folder = write_tables(tmp_path_factory.mktemp("office"), **rows)
        monkeypatch.setenv(store.PROCESSED_VARIABLE, str(folder))

    return write


# Agency by pillar


def said_of(year, region):
    return " ".join(office.synergy_sentences(year, region))


def asked_of(opd):
    return agencies.agency_questions(2023, OFFICE).query("opd == @opd")


def plain(year):
    """Count the sample's answers again, without pandas: {(opd, pillar): what is behind it}."""
    rows = store.read("question_scores").to_dict("records")
    rows = [r for r in rows if (r["year"], r["region"]) == (year, OFFICE)]
    given = [r for r in rows if r["source"] == "self" and isinstance(r["opd"], str)]
    given = [r for r in given if isinstance(r["answer"], str) or r["score"] == r["score"]]
    theirs = {r["question"]: Fraction(str(r["score"])) for r in rows if r["source"] == "assessor"}
    often = Counter(r["question"] for r in given)
    found = defaultdict(lambda: {"questions": [], "evidence": 0, "alone": 0, "scores": []})
    for r in given:
        mine = found[r["opd"], r["pillar"] if isinstance(r["pillar"], str) else None]
        mine["questions"].append(r["question"])
        mine["evidence"] += isinstance(r["evidence"], str)
        mine["alone"] += often[r["question"]] == 1
        if r["score"] == r["score"]:
            mine["scores"].append((Fraction(str(r["score"])), theirs.get(r["question"])))
    return found


def mean(values):
    return float(sum(values) / len(values)) if values else None


@pytest.mark.usefixtures("sample_env")
@pytest.mark.parametrize("year", [2022, 2023])
def test_agency_by_pillar_agrees_with_a_plain_count(year):
    expected, answered = plain(year), {}
    for r in agencies.agency_pillars(year, OFFICE).itertuples():
        pair = r.opd, r.pillar if isinstance(r.pillar, str) else None
        mine, answered[pair] = expected[pair], r.answered
        counted = len(mine["questions"]), mine["evidence"], mine["alone"]
        assert (r.answered, r.with_evidence, r.alone) == counted
        both = [(own, theirs) for own, theirs in mine["scores"] if theirs is not None]
        assert (r.scored, r.compared) == (len(mine["scores"]), len(both))
        for value, exact in [
            (r.own_mean, mean([own for own, _ in mine["scores"]])),
            (r.own_compared, mean([own for own, _ in both])),
            (r.assessor_mean, mean([theirs for _, theirs in both])),
            (r.difference, mean([own - theirs for own, theirs in both])),
        ]:
            assert pd.isna(value) if exact is None else value == pytest.approx(exact, abs=1e-12)
    given = {pair for pair, mine in expected.items() if mine["questions"]}
    assert {pair for pair, n in answered.items() if n} == given


# Who leans on whom


@pytest.mark.usefixtures("sample_env")
@pytest.mark.parametrize("year", [2022, 2023])
def test_pillars_and_agencies_agree_with_a_plain_count(year):
    pairs = plain(year)
    total = sum(len(mine["questions"]) for mine in pairs.values())
    for r in agencies.leaning(year, OFFICE).itertuples():
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
        assert r.equal_agencies == pytest.approx(float(1 / squares))
        leans = len(most) == 1 and 2 * max(counts.values()) > len(covered)
        assert (r.leans_on == most[0]) if leans else pd.isna(r.leans_on)
    for r in agencies.agencies(year, OFFICE).itertuples():
        own = [mine for (o, _), mine in pairs.items() if o == r.opd]
        assert r.answered == sum(len(mine["questions"]) for mine in own)
        assert r.share == pytest.approx(r.answered / total)
        assert r.alone == sum(mine["alone"] for mine in own)
        both = [s[0] - s[1] for mine in own for s in mine["scores"] if s[1] is not None]
        assert r.compared == len(both)
        assert pd.isna(r.difference) if not both else r.difference == pytest.approx(mean(both))


@pytest.mark.usefixtures("sample_env")
def test_of_many_that_answered_equally_much_none_is_named_before_the_others():
    said = {year: said_of(year, OFFICE) for year in (2022, 2023)}
    assert "Perangkat daerah kunci: Diskominfo (14 jawaban, 35%)." in said[2022]  # then four with 3
    assert "Diskominfo (14 jawaban, 20%) dan Bappeda (13 jawaban, 19%)." in said[2023]


def test_a_pillar_leans_on_one_agency_only_beyond_half_and_never_on_two(papers):
    opds = ("Setda", "Setda", "Bappeda", "Diskominfo")
    half = [row(q, opd, 3.0) for q, opd in zip(GOVERNANCE, opds, strict=True)]
    papers(question_scores=half)
    found = agencies.leaning(2023, KUKAR).iloc[0]
    assert (found["largest"], found["leans"]) == ("Setda", 0.5)
    assert pd.isna(found["leans_on"])
    papers(question_scores=half[:3])
    assert agencies.leaning(2023, KUKAR).iloc[0]["leans_on"] == "Setda"
    both = [row(q, opd, 3.0) for q in GOVERNANCE for opd in ("Setda", "Bappeda")]
    papers(question_scores=both)
    found = agencies.leaning(2023, KUKAR).iloc[0]
    assert (found["largest"], found["leans"], found["single"]) == ("Bappeda, Setda", 1, 0)
    assert pd.isna(found["leans_on"])
    assert "bergantung pada satu OPD." in said_of(2023, KUKAR)


def test_answers_without_an_agency_are_counted_on_nobody_and_said(papers):
    papers(question_scores=[row(GOVERNANCE[0], "Setda", 3.0), row(GOVERNANCE[1], None, 4.0)])
    assert agencies.unnamed(2023, KUKAR) == 1
    assert agencies.leaning(2023, KUKAR).iloc[0]["covered"] == 1
    assert agencies.agencies(2023, KUKAR)["answered"].tolist() == [1]
    assert "1 jawaban tanpa nama OPD tidak dihitung" in said_of(2023, KUKAR)


# Nothing is invented


@pytest.mark.usefixtures("processed_env")
def test_of_kukar_2023_only_the_seats_are_known():
    assert agencies.agencies(2023, KUKAR).empty
    assert agencies.agency_pillars(2023, KUKAR).empty
    found = agencies.leaning(2023, KUKAR)
    assert found["seats"].tolist() == [10, 3, 8, 10, 7, 4]
    assert found["questions"].tolist() == [7, 5, 4, 8, 7, 4]
    unknown = found.drop(columns=["pillar", "seats", "questions"])
    assert unknown.isna().all(axis=None)
    said = said_of(2023, KUKAR)
    assert "tidak tercatat" in said.split(".")[0]
    assert "42 keanggotaan OPD" in said
    assert "Daftar perangkat daerah Kabupaten Kutai Kartanegara per pilar 2023 belum" in said
    assert "DLHK (2), Dispar (2), DP3A (1)" in said


# One agency


@pytest.mark.usefixtures("processed_env")
def test_an_unknown_agency_is_answered_with_those_that_come_near():
    for name, said in {
        "Dinas Kesehtan": "is not known; nearest: Dinkes (Dinas Kesehatan)",
        "DKP": "could be Dinas Kelautan dan Perikanan or Dinas Ketahanan Pangan",
        "xyz": "is not known; known: Diskominfo, ",
    }.items():
        with pytest.raises(UsageError, match=re.escape(said)):
            ka.say.agency(2023, KUKAR, name)


@pytest.mark.usefixtures("sample_env")
def test_what_an_agency_was_asked_is_answered_blank_or_not_there():
    found = asked_of("Dinkes").set_index("question")
    form = quality.form(2023, OFFICE)
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
    assert found.loc[f"{living}sanitation", "others"] == "DPU, Disperkim"
    assert found.loc[f"{living}programme", "others"] == "Dinsos, Dishub, Dinas Ketahanan Pangan"


@pytest.mark.usefixtures("sample_env")
def test_every_state_of_the_sample_is_told_apart():
    found = agencies.agencies(2023, OFFICE).sort_values("opd")
    kept = found.groupby("state")["opd"].agg(list)
    assert "Tidak tercatat" in office.agency_sentences(2023, OFFICE, "Brida")[0]
    assert kept["unusable"] == ["BPKAD", "Disbun", "Dispora", "Inspektorat", "Satpol PP"]
    assert kept["silent"] == [
        *["BKPSDM", "Bapenda", "DPPR", "Damkar", "Diarpus", "Dinas Kelautan dan Perikanan"],
        "Setwan",
    ]
    assert "DLHK" in kept["complete"]
    assert len(kept["complete"]) + len(kept["partial"]) == 23


@pytest.mark.usefixtures("sample_env")
def test_the_answer_for_an_agency_says_what_came_and_what_is_open():
    said = " ".join(office.agency_sentences(2023, OFFICE, "Dinkes")).replace("**", "")
    assert "2 jawaban dari 8 butir yang ditanyakan (Smart Living), 1 di antaranya tanpa" in said
    assert "1 butir belum dijawab siapa pun: Imunisasi lengkap balita" in said
    assert "5 lain sudah dijawab OPD lain" in said
    assert "nilai mandiri rata-rata 3,63 dan nilai asesor 3,40 (selisih +0,23)" in said
    assert "3 baris data ditolak dan temuan berupa jawaban tanpa data dukung (1)" in said
    assert "belum ada jawaban yang dapat dipakai" in " ".join(
        office.agency_sentences(2023, OFFICE, "BPKAD")
    )
    assert "belum ada berkas atau jawaban" in " ".join(
        office.agency_sentences(2023, OFFICE, "Setwan")
    )


@pytest.mark.usefixtures("sample_env")
def test_what_to_send_back_follows_from_what_is_missing():
    dinkes = ["Perbaiki 3 baris data yang ditolak.", "untuk 1 jawaban tanpa data dukung"]
    dinkes += ["Isi 1 butir yang belum dijawab siapa pun", "contoh-dinkes-ralat.xlsx"]
    for opd, wanted in {
        "Dinkes": [*dinkes, "kukar template 2023 --opd Dinkes --region 00.01"],
        "BPKAD": ["Kirim ulang 1 berkas yang tidak terbaca."],
        "Setwan": ["Isi dan kirim formulir OPD ini"],
        "DPMD": ["Jawaban bertentangan dengan statistik (1): Cocokkan"],
        "Diskop UKM": ["--opd 'Diskop UKM'"],
        "DLHK": [],
    }.items():
        said = " ".join(office.send_back(2023, OFFICE, opd))
        assert bool(said) == bool(wanted)
        assert [words for words in wanted if words not in said] == []
        assert "contoh-rekap" not in said


def test_a_form_that_came_back_blank_is_no_answer_and_no_rejection(papers):
    papers(
        question_scores=[row(GOVERNANCE[0], "Setda", answer=None, evidence=None)],
        pillar_agencies=[seat("governance", "Setda")],
        files=[file("2023/opd/setda.xlsx", read=1, kept=1)],
    )
    said = " ".join(office.agency_sentences(2023, KUKAR, "Setda"))
    assert "sudah masuk, tetapi belum ada jawaban" in said
    assert "ditolak" not in said
