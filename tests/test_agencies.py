"""Who carries what, and the page for one agency: counted a second time, and nothing invented."""

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


@pytest.mark.usefixtures("sample_env")
@pytest.mark.parametrize("year", [2022, 2023])
def test_pairs_pillars_and_agencies_agree_with_a_plain_count(year):
    """Count the sample's answers again, a line at a time."""
    rows = store.read("question_scores", year=year, region=OFFICE)
    theirs = rows[rows["source"] == "assessor"].set_index("question")["score"]
    given = rows[(rows["source"] == "self") & rows["opd"].notna()]
    given = given[given["answer"].notna() | given["score"].notna()].fillna({"pillar": "-"})
    given["alone"] = ~given["question"].duplicated(keep=False)
    given["assessor"] = given["question"].map(theirs)
    both = given.dropna(subset=["score", "assessor"])
    found = agencies.agency_pillars(year, OFFICE).fillna({"pillar": "-"})
    assert found["answered"].sum() == len(given)
    of_agency = agencies.agencies(year, OFFICE).assign(pillar="")
    for r in [*found.itertuples(), *of_agency.itertuples()]:
        own, twice = (
            f[f["opd"].eq(r.opd) & (f["pillar"].eq(r.pillar) | (not r.pillar))]
            for f in (given, both)
        )
        counted = len(own), own["evidence"].notna().sum(), own["alone"].sum()
        assert (r.answered, r.with_evidence, r.alone) == counted
        assert (r.scored, r.compared) == (own["score"].count(), len(twice))
        means = [own["score"].mean(), twice["score"].mean(), twice["assessor"].mean()]
        means.append((twice["score"] - twice["assessor"]).mean())
        told = [r.own_mean, r.own_compared, r.assessor_mean, r.difference]
        assert told == pytest.approx(means, nan_ok=True)
    assert of_agency["share"].tolist() == pytest.approx(of_agency["answered"] / len(given))
    for r in agencies.leaning(year, OFFICE).fillna({"pillar": "-"}).itertuples():
        own = given[given["pillar"] == r.pillar]
        counts, covered = own["opd"].value_counts().sort_index(), own["question"].nunique()
        assert (r.answering, r.covered, r.single) == (len(counts), covered, own["alone"].sum())
        most = [*counts.index[counts == counts.max()]]
        assert (r.largest.split(", "), r.largest_answered) == (most, counts.max())
        assert r.leans == pytest.approx(counts.max() / covered)
        leans = len(most) == 1 and 2 * counts.max() > covered
        assert (r.leans_on == most[0]) if leans else pd.isna(r.leans_on)


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
        found = agencies.leaning(2023, KUKAR).astype("object").iloc[0]
        assert (found["largest"], found["leans"]) == (largest, pytest.approx(leans))
        assert found["single"] == single
        assert pd.isna(found["leans_on"]) if on is None else found["leans_on"] == on
    assert "bergantung pada satu OPD." in said_of(2023, KUKAR)


def test_answers_without_an_agency_are_counted_on_nobody_and_said(held):
    held(question_scores=[row(GOVERNANCE[0], SETDA), row(GOVERNANCE[1], None, 4.0)])
    assert agencies.leaning(2023, KUKAR).iloc[0]["covered"] == 1
    assert agencies.agencies(2023, KUKAR)["answered"].tolist() == [1]
    assert "1 jawaban tanpa nama OPD tidak dihitung" in said_of(2023, KUKAR)


def test_of_kukar_2023_only_the_seats_are_known(processed_env):
    assert agencies.agencies(2023, KUKAR).empty
    assert agencies.agency_pillars(2023, KUKAR).empty
    found = agencies.leaning(2023, KUKAR)
    assert found["seats"].tolist() == [10, 3, 8, 10, 7, 4]
    assert found["questions"].tolist() == [7, 5, 4, 8, 7, 4]
    assert found.drop(columns=["pillar", "seats", "questions"]).isna().all(axis=None)
    said = said_of(2023, KUKAR)
    assert "tidak tercatat" in said.split(".")[0]
    for words in (
        "42 keanggotaan OPD",
        "pada 6 dari 6 pilar belum tercatat, hanya jumlahnya",
        "DLHK (2), Dispar (2), DP3A (1)",
    ):
        assert words in said
    with pytest.raises(UsageError, match="is not known; nearest: Dinkes"):
        ka.say.agency(2023, KUKAR, "Dinas Kesehtan")


def test_what_an_agency_was_asked_is_answered_blank_or_not_there(sample_env):
    found = agencies.agency_questions(2023, OFFICE).query("opd == 'Dinkes'").set_index("question")
    form = quality.form(2023, OFFICE)
    assert found.index.tolist() == form.loc[form["pillar"] == "living", "question"].tolist()
    found = found.rename(lambda q: q.removeprefix("outcome.living."))
    assert found.groupby("state").apply(lambda f: [*f.index]).to_dict() == {
        "answered": ["programme", "birth_attendance"],
        "absent": ["stunting", "immunisation"],  # 5 is outside the scale, `baik` is no score
        "blank": ["drinking_water", "sanitation", "roads", "collaboration.living"],
    }
    birth = found.loc["birth_attendance", ["score", "assessor", "has_evidence"]]
    assert birth.tolist() == [3.75, 3.8, False]
    assert found.loc["sanitation", "others"] == "DPU, Disperkim"
    assert found.loc["programme", "others"] == "Dinsos, Dishub, Dinas Ketahanan Pangan"


def test_every_state_of_the_sample_is_told_apart(sample_env):
    kept = agencies.agencies(2023, OFFICE).sort_values("opd").groupby("state")["opd"].agg(list)
    assert "Tidak tercatat" in agencies.agency_sentences(2023, OFFICE, "Brida")[0]
    assert kept["unusable"] == ["BPKAD", "Disbun", "Dispora", "Inspektorat", "Satpol PP"]
    silent = ["BKPSDM", "Bapenda", "DPPR", "Damkar", "Diarpus", "Dinas Kelautan dan Perikanan"]
    assert kept["silent"] == [*silent, "Setwan"]
    assert "DLHK" in kept["complete"]
    assert len(kept["complete"]) + len(kept["partial"]) == 23


SAID = {
    "Dinkes": "2 jawaban dari 8;1 butir belum;5 lain sudah;3,63 dan nilai asesor 3,40;+0,23"
    ";3 baris data ditolak;data dukung (1)",
    "BPKAD": "belum ada jawaban yang dapat dipakai",
    "Setwan": "belum ada berkas atau jawaban",
}
WANTED = {
    "Dinkes": "3 baris data;1 jawaban tanpa;Isi 1 butir;ralat.xlsx;Minta formulirnya kepada",
    "BPKAD": "Kirim ulang 1 berkas yang tidak terbaca.",
    "Setwan": "Isi dan kirim formulir OPD ini",
    "DPMD": "Jawaban bertentangan dengan statistik (1): Cocokkan",
    "Diskop UKM": "Minta formulirnya",
}


def test_what_came_what_is_open_and_what_to_send_back_is_said(sample_env):
    for ask, expected in ((agencies.agency_sentences, SAID), (agencies.send_back, WANTED)):
        for opd, words in expected.items():
            said = " ".join(ask(2023, OFFICE, opd)).replace("**", "")
            assert [part for part in words.split(";") if part not in said] == []
            assert "contoh-rekap" not in said
    assert agencies.send_back(2023, OFFICE, "DLHK") == []
