"""Which quick win: scores, ranks and shares of weightings, each by a second plain computation."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from reading import KUKAR

from kukar_analysis import framework
from kukar_analysis.analysis import missing, quick_wins
from kukar_analysis.errors import UsageError

FW = framework.load()
YEAR, REGION = 2023, "00.01"
ASPECTS = list(FW.aspects)
EVEN = quick_wins.weighting("")


def programme(name, pillar="living", *, likelihood=None, impact=None, **cells):
    row = {"year": YEAR, "region": REGION, "pillar": pillar, "programme": name}
    row |= {"is_quick_win": True, "likelihood": likelihood, "impact": impact}
    return row | {"origin": f"2023/contoh.csv#l{name}:c1"} | cells


@pytest.fixture
def office(held):
    """Return a function that holds programmes and the aspect scores of some."""

    def write(programmes, scores):
        about = {"year": YEAR, "region": REGION}
        lines = [
            about | {"programme": n, "aspect": a, "score": s, "origin": f"2023/aspek.csv#{n}:{a}"}
            for n, of in scores.items()
            for a, s in zip(ASPECTS, of, strict=True)
            if s != "none"
        ]
        held(programmes=programmes, quick_win_aspects=lines)
        return quick_wins.candidates(YEAR, REGION)

    return write


# Weights in words


HALF = {"benefit": 2, "uniqueness": Fraction(1, 2)}
WEIGHTS = {
    "  ": {},
    "benefit=2 uniqueness=0,5": HALF,
    "benefit = 2, uniqueness = 0.5,": HALF,
    "Manfaat=2; Daya tarik=0": {"benefit": 2, "appeal": 0},
    "manajemen risiko=3 risiko rendah=1": {"risk_management": 3, "low_risk": 1},
    "low_risk=0,25": {"low_risk": Fraction(1, 4)},
}
REFUSED = {
    "harga=1": "cannot use 'harga=1'",
    "benefit": "cannot use 'benefit'",
    "=2": "cannot use '=2'",
    "benefit=-1": "cannot use 'benefit=-1'",
    "uniqueness=1 benefit=1e3": "cannot use 'benefit=1e3'",
    "benefit=1 Manfaat=2": "cannot use 'Manfaat=2'",
    " ".join(f"{a}=0" for a in ASPECTS): "all are 0",
}


@pytest.mark.parametrize("text", WEIGHTS)
def test_a_weighting_is_read_and_what_it_does_not_name_weighs_1_and_risk_0(text):
    expected = dict.fromkeys(ASPECTS, 1) | {"low_risk": 0} | WEIGHTS[text]
    assert quick_wins.weighting(text) == expected


@pytest.mark.parametrize("text", REFUSED)
def test_a_weighting_that_is_none_is_refused_in_one_line_that_names_the_aspects(text):
    with pytest.raises(UsageError) as caught:
        quick_wins.weighting(text)
    message = str(caught.value)
    assert message.startswith(f"weights: {REFUSED[text]}")
    assert "\n" not in message
    assert all(a.aspect in message and a.name in message for a in FW.aspects.values())


# Candidates


def test_a_candidate_is_a_named_quick_win_or_has_aspect_scores(office):
    listed = [programme("named", "society"), programme("neither", is_quick_win=False)]
    listed.append(programme("scored", "branding", is_quick_win=False, opd="Bappeda"))
    found = office(listed, {"scored": [1] * 10, "stray": [2] * 10}).set_index("programme")
    assert list(found.index) == ["scored", "named", "stray"]
    assert found["is_quick_win"].to_dict() == {"scored": False, "named": True, "stray": False}
    assert found.loc["stray", ["pillar", "opd"]].isna().all()
    assert found.loc["stray", "origin"] == "2023/aspek.csv#stray:formulation"
    assert found.loc["named", ASPECTS].isna().all()


def test_spellings_of_one_programme_are_one_and_contradicting_scores_are_none(office):
    scores = {"bank  sampah": [3] * 10, "BANK SAMPAH": [3] * 9 + [1]}
    found = office([programme("Bank Sampah")], scores)
    assert found["programme"].tolist() == ["Bank Sampah"]
    assert found.loc[0, ASPECTS[:9]].tolist() == [3] * 9
    assert np.isnan(found.loc[0, ASPECTS[9]])


def test_risk_is_likelihood_times_impact_and_low_risk_runs_from_4_to_0(office):
    pairs = {f"{a}{b}": (a, b) for a, b in itertools.product((1, 2, 3), repeat=2)}
    found = office([programme(n, likelihood=a, impact=b) for n, (a, b) in pairs.items()], {})
    for row in found.itertuples():
        likelihood, impact = pairs[row.programme]
        assert row.risk == likelihood * impact
        assert row.low_risk == 4 - 4 * (likelihood * impact - 1) / 8


# Scores and ranks


@pytest.mark.parametrize("text", ["", "Manfaat=2 Keunikan=0,5", "Risiko rendah=3 Daya tarik=0"])
@pytest.mark.parametrize("year", [2022, 2023])
def test_the_samples_scores_and_ranks_are_plain_weighted_means(sample_env, year, text):
    weights = quick_wins.weighting(text)
    found = quick_wins.ranked(quick_wins.candidates(year, REGION), weights)
    scores = [
        sum(w * Fraction(str(row[c])) for c, w in weights.items() if w) / sum(weights.values())
        for row in found.to_dict("records")
    ]
    assert found["score"].tolist() == pytest.approx([float(s) for s in scores], abs=1e-12)
    keys = [(-s, r) for s, r in zip(scores, found["risk"], strict=True)]
    assert keys == sorted(keys)
    assert found["rank"].tolist() == [1 + sum(k < own for k in keys) for own in keys]
    for _, own in found.groupby("pillar"):
        mine = [keys[found.index.get_loc(i)] for i in own.index]
        assert own["pillar_rank"].tolist() == [1 + sum(k < m for k in mine) for m in mine]


def ranks(office, scores, weights=EVEN, rows=None):
    found = quick_wins.ranked(office(rows or [programme(n) for n in scores], scores), weights)
    return found.set_index("programme")["rank"].dropna().to_dict()


def test_equal_scores_go_to_the_lower_risk_then_are_shared_also_where_floats_differ(office):
    risks = {"high": (3, 3), "low": (1, 2), "same": (2, 1), "unknown": (None, None)}
    rows = [programme(n, likelihood=a, impact=b) for n, (a, b) in risks.items()]
    found = ranks(office, dict.fromkeys(risks, [2] * 10), rows=rows)
    assert found == {"low": 1, "same": 1, "high": 3, "unknown": 4}
    # 0.29 + 0.28 against 0.57: neither the order of adding nor hundredths in floats may decide
    assert 0.29 * 100 + 0.28 * 100 != 0.57 * 100
    scores = {"a": [0.29, 0.28] + [0] * 8, "b": [0.57] + [0] * 9, "c": [0] * 9 + [0.56]}
    assert ranks(office, scores) == {"a": 1, "b": 1, "c": 3}


def test_a_candidate_that_lacks_a_score_is_not_ranked_and_says_what_it_lacks(office):
    scores = {"whole": [1] * 10, "part": [4] * 9 + [None], "absent": ["none"] + [4] * 9}
    found = office([programme(n) for n in scores], scores)
    lacking = quick_wins.ranked(found, EVEN).set_index("programme")["lacking"].dropna()
    assert lacking.to_dict() == {"part": "sustainability", "absent": "formulation"}
    assert ranks(office, scores) == {"whole": 1}
    # what weighs nothing need not be there
    assert ranks(office, scores, quick_wins.weighting("sustainability=0")) == {
        "part": 1,
        "whole": 2,
    }
    assert ranks(office, scores, quick_wins.weighting("low_risk=1")) == {}
    (lacking,) = missing.missing("quick_win_aspects", YEAR, REGION).itertuples()
    assert lacking.state == "partly"
    assert "3 dari 3 calon" in lacking.sentence
    said = " ".join(quick_wins.quick_win_sentences(YEAR, REGION))
    assert "part (Keberlanjutan)" in said
    assert "Di antara 1 calon" in said


# How far the weights decide


def exact_share(differences):
    """Return how often a weighted sum of distinct differences is above 0, weights drawn evenly.

    Weights of the simplex are shares of independent exponential waits, for which the chance is the
    sum over the positive d of the product of d / (d - other): partial fractions.
    """
    d = [Fraction(x) for x in differences]
    total = Fraction()
    for i, own in enumerate(d):
        if own > 0:
            rest = [own / (own - other) for j, other in enumerate(d) if j != i]
            total += np.prod([Fraction(1), *rest])
    return float(total)


@pytest.mark.parametrize("differences", [[3, -1], [2, 1, -1], [1.5, -2, 0.5, -0.25], [4, -3]])
def test_shares_of_two_candidates_agree_with_the_exact_ones(office, differences):
    base = 3.0 if min(differences) < -2 else 2.0
    zero = " ".join(f"{a}=0" for a in ASPECTS[len(differences) :])
    rest = [0] * (10 - len(differences))
    one = [(base + d if d < 0 else d) for d in differences] + rest
    two = [(base if d < 0 else 0) for d in differences] + rest
    found = office([programme("one"), programme("two")], {"one": one, "two": two})
    made = quick_wins.stability(found, quick_wins.weighting(zero))
    share = exact_share(differences)
    error = 4 * (share * (1 - share) / quick_wins.DRAWS) ** 0.5
    assert made["first"].tolist() == pytest.approx([share, 1 - share], abs=error)
    assert made["first_in_pillar"].tolist() == made["first"].tolist()


def test_one_that_is_nowhere_beaten_is_always_first_and_equals_share_evenly(office):
    scores = {"best": [4] * 10, "equal": [4] * 10, "less": [4] * 9 + [3], "other": [1] * 10}
    rows = [programme(n, "society" if n == "other" else "living") for n in scores]
    found = office(rows, scores)
    made = quick_wins.stability(found, EVEN).set_index(found["programme"])
    assert made["first"].to_dict() == {"best": 0.5, "equal": 0.5, "less": 0, "other": 0}
    assert made["always"].to_dict() == {"best": True, "equal": True, "less": False, "other": False}
    assert made.loc["other", ["first_in_pillar", "always_in_pillar"]].tolist() == [1, True]
    said = " ".join(quick_wins.quick_win_sentences(YEAR, REGION))
    assert "**other** (nilai 1,00, risiko –, satu-satunya calon)" in said
    assert said.count("selalu pertama") == 2


# What a page says


def test_the_answer_names_the_leader_with_its_risk_and_how_sure_it_is(sample_env):
    first, pillars, limits = quick_wins.quick_win_sentences(2023, REGION)
    leader = (
        "**Promosi Bersama Dispar Contoh**, risiko 6 dari 9 (kemungkinan tinggi, dampak sedang)"
    )
    assert f"paling unggul ialah {leader}: nilai 2,80 dari 4" in first
    assert "**45,2%** dari 10.000 simulasi susunan bobot (galat baku ±0,5 poin" in first
    assert "bukan nilai asesor" in first
    assert pillars.count(", pertama pada ") == pillars.count(", risiko ") == 6
    assert "bukan peluang" in limits
    text = "benefit=2 uniqueness=0,5 risiko rendah=1"
    first, *_ = quick_wins.quick_win_sentences(2023, REGION, text)
    assert "paling unggul ialah **Siaga Hidup Layak Dinkes Contoh**" in first
    assert "(Manfaat 2; Keunikan 0,5; Risiko rendah 1; aspek lain 1)" in first
    assert quick_wins.weights_sentence("") == "kesepuluh aspek berbobot sama"


@pytest.mark.usefixtures("processed_env")
def test_kukars_twelve_named_quick_wins_have_their_rows_and_nothing_invented():
    found = quick_wins.named_quick_wins(2023, KUKAR)
    listed = {(w.year, w.programme, w.pillar, w.opd, w.note) for w in FW.quick_wins}
    rows = found[["year", "programme", "pillar", "opd", "note"]].astype("object")
    rows = rows.where(rows.notna(), None)
    assert set(rows.itertuples(index=False, name=None)) == listed
    assert found["year"].tolist() == [2021] * 6 + [2022] * 6
    assert found[["score", "likelihood", "impact", "risk", "status"]].isna().all(axis=None)
    assert found.loc[found["opd"].isna(), "programme"].tolist() == ["Becik"]
    assert quick_wins.named_quick_wins(2021, KUKAR).equals(found[:6])
    assert quick_wins.quick_win_sentences(2022, KUKAR) == []
