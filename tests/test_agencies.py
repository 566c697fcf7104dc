"""Who carries what, and the page for one agency: counted a second time, and nothing invented."""

import re
from collections import Counter, defaultdict
from fractions import Fraction

import pandas as pd
import pytest
from reading import KUKAR

import kukar_analysis as ka
from kukar_analysis import framework, store
from kukar_analysis.analysis import agencies, quality
from kukar_analysis.errors import UsageError

OFFICE = "00.01"
GOVERNANCE = [f"outcome.governance.{q}" for q in ("programme", "fiscal_health", "lppd", "spbe")]
SETDA, BAPPEDA = "Setda", "Bappeda"


def row(question, opd, score=3.0, **cells):
    q = framework.load().questions[question]
    made = {"year": 2023, "region": KUKAR, "edition": "2023-kppn-ikn", "source": "self"}
    made |= {"question": question, "component": q.component, "pillar": q.pillar, "opd": opd}
    made |= {"answer": "ada", "score": score, "evidence": "laporan"}
    return made | {"origin": f"2023/opd/{opd or 'x'}.xlsx#Penilaian!D1"} | cells


def said_of(year, region):
    return " ".join(agencies.synergy_sentences(year, region))


# Counted again


def plain(year):
    """Count the sample's answers again, without pandas: {(opd, pillar): what is behind it}."""
    rows = store.read("question_scores", year=year, region=OFFICE).to_dict("records")
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
    return pytest.approx(float(sum(values) / len(values)) if values else None, nan_ok=True)


@pytest.mark.usefixtures("sample_env")
@pytest.mark.parametrize("year", [2022, 2023])
def test_pairs_pillars_and_agencies_agree_with_a_plain_count(year):
    pairs, answered = plain(year), {}
    for r in agencies.agency_pillars(year, OFFICE).itertuples():
        pair = r.opd, r.pillar if isinstance(r.pillar, str) else None
        mine, answered[pair] = pairs[pair], r.answered
        counted = len(mine["questions"]), mine["evidence"], mine["alone"]
        assert (r.answered, r.with_evidence, r.alone) == counted
        both = [(own, theirs) for own, theirs in mine["scores"] if theirs is not None]
        assert (r.scored, r.compared) == (len(mine["scores"]), len(both))
        for value, exact in [
            (r.own_mean, [own for own, _ in mine["scores"]]),
            (r.own_compared, [own for own, _ in both]),
            (r.assessor_mean, [theirs for _, theirs in both]),
            (r.difference, [own - theirs for own, theirs in both]),
        ]:
            assert pd.isna(value) if not exact else value == mean(exact)
    assert {p for p, n in answered.items() if n} == {p for p, m in pairs.items() if m["questions"]}
    for r in agencies.leaning(year, OFFICE).itertuples():
        pillar = r.pillar if isinstance(r.pillar, str) else None
        own = {
            o: set(m["questions"]) for (o, p), m in pairs.items() if p == pillar and m["questions"]
        }
        counts, covered = {o: len(q) for o, q in own.items()}, set().union(*own.values())
        assert (r.answering, r.covered) == (len(own), len(covered))
        assert r.single == sum(mine["alone"] for (_, p), mine in pairs.items() if p == pillar)
        most = [o for o in sorted(counts) if counts[o] == max(counts.values())]
        assert (r.largest.split(", "), r.largest_answered) == (most, max(counts.values()))
        assert r.leans == pytest.approx(max(counts.values()) / len(covered))
        squares = sum(Fraction(n, sum(counts.values())) ** 2 for n in counts.values())
        assert r.equal_agencies == pytest.approx(float(1 / squares))
        leans = len(most) == 1 and 2 * max(counts.values()) > len(covered)
        assert (r.leans_on == most[0]) if leans else pd.isna(r.leans_on)
        assert len(most) > 1 or r.largest_alone == pairs[most[0], pillar]["alone"]
    total = sum(len(mine["questions"]) for mine in pairs.values())
    for r in agencies.agencies(year, OFFICE).itertuples():
        own = [mine for (o, _), mine in pairs.items() if o == r.opd]
        assert r.answered == sum(len(mine["questions"]) for mine in own)
        assert r.share == pytest.approx(r.answered / total)
        assert r.alone == sum(mine["alone"] for mine in own)
        both = [s[0] - s[1] for mine in own for s in mine["scores"] if s[1] is not None]
        assert r.compared == len(both)
        assert pd.isna(r.difference) if not both else r.difference == mean(both)


@pytest.mark.usefixtures("sample_env")
def test_of_many_that_answered_equally_much_none_is_named_before_the_others():
    said = {year: said_of(year, OFFICE) for year in (2022, 2023)}
    assert "Perangkat daerah kunci: Diskominfo (14 jawaban, 35%)." in said[2022]  # then four with 3
    assert "Diskominfo (14 jawaban, 20%) dan Bappeda (13 jawaban, 19%)." in said[2023]


def test_a_pillar_leans_on_one_agency_only_beyond_half_and_never_on_two(held):
    opds = (SETDA, SETDA, BAPPEDA, "Diskominfo")
    half = [row(q, opd) for q, opd in zip(GOVERNANCE, opds, strict=True)]
    both = [row(q, opd) for q in GOVERNANCE for opd in (SETDA, BAPPEDA)]
    for rows, largest, leans, on, single in (
        (half, SETDA, 0.5, None, 4),
        (half[:3], SETDA, 2 / 3, SETDA, 3),
        (both, "Bappeda, Setda", 1, None, 0),
    ):
        held(question_scores=rows)
        found = agencies.leaning(2023, KUKAR).iloc[0]
        assert (found["largest"], found["leans"]) == (largest, pytest.approx(leans))
        assert found["single"] == single
        assert pd.isna(found["leans_on"]) if on is None else found["leans_on"] == on
    assert "bergantung pada satu OPD." in said_of(2023, KUKAR)


def test_answers_without_an_agency_are_counted_on_nobody_and_said(held):
    held(question_scores=[row(GOVERNANCE[0], SETDA), row(GOVERNANCE[1], None, 4.0)])
    assert agencies.unnamed(2023, KUKAR) == 1
    assert agencies.leaning(2023, KUKAR).iloc[0]["covered"] == 1
    assert agencies.agencies(2023, KUKAR)["answered"].tolist() == [1]
    assert "1 jawaban tanpa nama OPD tidak dihitung" in said_of(2023, KUKAR)


@pytest.mark.usefixtures("processed_env")
def test_of_kukar_2023_only_the_seats_are_known():
    assert agencies.agencies(2023, KUKAR).empty
    assert agencies.agency_pillars(2023, KUKAR).empty
    found = agencies.leaning(2023, KUKAR)
    assert found["seats"].tolist() == [10, 3, 8, 10, 7, 4]
    assert found["questions"].tolist() == [7, 5, 4, 8, 7, 4]
    assert found.drop(columns=["pillar", "seats", "questions"]).isna().all(axis=None)
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
    found = agencies.agency_questions(2023, OFFICE).query("opd == 'Dinkes'").set_index("question")
    form = quality.form(2023, OFFICE)
    assert found.index.tolist() == form.loc[form["pillar"] == "living", "question"].tolist()
    states = found["state"].rename(lambda q: q.removeprefix("outcome.living."))
    assert states.groupby(states).agg(lambda s: [*s.index]).to_dict() == {
        "answered": ["programme", "birth_attendance"],
        "absent": ["stunting", "immunisation"],  # 5 is outside the scale, `baik` is no score
        "blank": ["drinking_water", "sanitation", "roads", "collaboration.living"],
    }
    birth = found.loc["outcome.living.birth_attendance"]
    assert (birth["score"], birth["assessor"], birth["has_evidence"]) == (3.75, 3.8, False)
    assert birth["difference"] == pytest.approx(-0.05)
    others = found["others"].rename(lambda q: q.removeprefix("outcome.living."))
    assert others["drinking_water"] == others["sanitation"] == "DPU, Disperkim"
    assert others["programme"] == "Dinsos, Dishub, Dinas Ketahanan Pangan"


@pytest.mark.usefixtures("sample_env")
def test_every_state_of_the_sample_is_told_apart():
    found = agencies.agencies(2023, OFFICE).sort_values("opd")
    kept = found.groupby("state")["opd"].agg(list)
    assert "Tidak tercatat" in agencies.agency_sentences(2023, OFFICE, "Brida")[0]
    assert kept["unusable"] == ["BPKAD", "Disbun", "Dispora", "Inspektorat", "Satpol PP"]
    silent = ["BKPSDM", "Bapenda", "DPPR", "Damkar", "Diarpus", "Dinas Kelautan dan Perikanan"]
    assert kept["silent"] == [*silent, "Setwan"]
    assert "DLHK" in kept["complete"]
    assert len(kept["complete"]) + len(kept["partial"]) == 23


SAID = {
    "Dinkes": [
        "2 jawaban dari 8 butir yang ditanyakan (Smart Living), 1 di antaranya tanpa",
        "1 butir belum dijawab siapa pun: Imunisasi lengkap balita",
        "5 lain sudah dijawab OPD lain",
        "nilai mandiri rata-rata 3,63 dan nilai asesor 3,40 (selisih +0,23)",
        "3 baris data ditolak dan temuan berupa jawaban tanpa data dukung (1)",
    ],
    "BPKAD": ["belum ada jawaban yang dapat dipakai"],
    "Setwan": ["belum ada berkas atau jawaban"],
}
DINKES = ["Perbaiki 3 baris data yang ditolak.", "untuk 1 jawaban tanpa data dukung"]
DINKES += ["Isi 1 butir yang belum dijawab siapa pun", "contoh-dinkes-ralat.xlsx"]
WANTED = {
    "Dinkes": [*DINKES, "kukar template 2023 --opd Dinkes --region 00.01"],
    "BPKAD": ["Kirim ulang 1 berkas yang tidak terbaca."],
    "Setwan": ["Isi dan kirim formulir OPD ini"],
    "DPMD": ["Jawaban bertentangan dengan statistik (1): Cocokkan"],
    "Diskop UKM": ["--opd 'Diskop UKM'"],
    "DLHK": [],
}


@pytest.mark.usefixtures("sample_env")
def test_what_came_what_is_open_and_what_to_send_back_is_said():
    for opd, wanted in SAID.items():
        said = " ".join(agencies.agency_sentences(2023, OFFICE, opd)).replace("**", "")
        assert [words for words in wanted if words not in said] == []
    for opd, wanted in WANTED.items():
        said = " ".join(agencies.send_back(2023, OFFICE, opd))
        assert bool(said) == bool(wanted)
        assert [words for words in wanted if words not in said] == []
        assert "contoh-rekap" not in said


def test_a_form_that_came_back_blank_is_no_answer_and_no_rejection(held):
    seat = {"year": 2023, "region": KUKAR, "pillar": "governance", "opd": SETDA, "agencies": 1}
    file = {"file": "2023/opd/Setda.xlsx", "kind": "agency_form", "rows_read": 1, "rows_kept": 1}
    held(
        question_scores=[row(GOVERNANCE[0], SETDA, None, answer=None, evidence=None)],
        pillar_agencies=[seat | {"origin": "2023/opd-per-pilar.csv#l1"}],
        files=[file | {"rows_rejected": 0, "rows_duplicate": 0}],
    )
    said = " ".join(agencies.agency_sentences(2023, KUKAR, SETDA))
    assert "sudah masuk, tetapi belum ada jawaban" in said
    assert "ditolak" not in said
