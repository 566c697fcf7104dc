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
    """Return a function that holds aspect scores, and the programmes of these or others."""

    def write(scores, programmes=None):
        about = {"year": YEAR, "region": REGION}
        lines = [
            about | {"programme": n, "aspect": a, "score": s, "origin": f"2023/aspek.csv#{n}:{a}"}
            for n, of in scores.items()
            for a, s in zip(ASPECTS, of, strict=True)
            if s != "none"
        ]
        listed = [programme(n) for n in scores] if programmes is None else programmes
        held(programmes=listed, quick_win_aspects=lines)
        return quick_wins.candidates(YEAR, REGION)

    return write


WEIGHTS = {
    "  ": {},
    "benefit=2 uniqueness=0,5": {"benefit": 2, "uniqueness": Fraction(1, 2)},
    "Manfaat=2; Daya tarik=0": {"benefit": 2, "appeal": 0},
    "manajemen risiko=3 risiko rendah=1": {"risk_management": 3, "low_risk": 1},
}
REFUSED = ["harga=1", "benefit", "=2", "benefit=-1", "benefit=", "benefit=1e3"]


def test_a_weighting_is_read_or_refused_in_one_line_that_names_the_aspects():
    for text, named in WEIGHTS.items():
        assert quick_wins.weighting(text) == dict.fromkeys(ASPECTS, 1) | {"low_risk": 0} | named
    refused = {f"uniqueness=1 {text}": f"cannot use {text!r}" for text in REFUSED}
    refused["benefit=1 Manfaat=2"] = "cannot use 'Manfaat=2'"
    refused[" ".join(f"{a}=0" for a in ASPECTS)] = "all are 0"
    for text, said in refused.items():
        with pytest.raises(UsageError) as caught:
            quick_wins.weighting(text)
        message = str(caught.value)
        assert message.startswith(f"weights: {said}")
        assert "\n" not in message
        assert all(a.aspect in message and a.name in message for a in FW.aspects.values())


def test_a_candidate_is_a_named_quick_win_or_has_aspect_scores(office):
    listed = [programme("named", "society"), programme("neither", is_quick_win=False)]
    listed.append(programme("scored", "branding", is_quick_win=False, opd="Bappeda"))
    found = office({"scored": [1] * 10, "stray": [2] * 10}, listed).set_index("programme")
    assert list(found.index) == ["scored", "named", "stray"]
    assert found["is_quick_win"].to_dict() == {"scored": False, "named": True, "stray": False}
    assert found.loc["stray", ["pillar", "opd"]].isna().all()
    assert found.loc["stray", "origin"] == "2023/aspek.csv#stray:formulation"
    assert found.loc["named", ASPECTS].isna().all()
    # spellings of one programme are one, and contradicting scores are none
    spelled = {"bank  sampah": [3] * 10, "BANK SAMPAH": [3] * 9 + [1]}
    found = office(spelled, [programme("Bank Sampah")])
    assert found["programme"].tolist() == ["Bank Sampah"]
    assert found.loc[0, ASPECTS[:9]].tolist() == [3] * 9
    assert np.isnan(found.loc[0, ASPECTS[9]])
    pairs = {f"{a}{b}": (a, b) for a, b in itertools.product((1, 2, 3), repeat=2)}
    found = office({}, [programme(n, likelihood=a, impact=b) for n, (a, b) in pairs.items()])
    for row in found.itertuples():
        risk = np.prod(pairs[row.programme])
        assert (row.risk, row.low_risk) == (risk, 4 - 4 * (risk - 1) / 8)  # from 4 to 0


@pytest.mark.parametrize("text", ["", "Manfaat=2 Keunikan=0,5 Risiko rendah=3 Daya tarik=0"])
def test_the_samples_scores_and_ranks_are_plain_weighted_means(sample_env, text):
    weights = quick_wins.weighting(text)
    found = quick_wins.ranked(quick_wins.candidates(YEAR, REGION), weights)
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


def ranks(found, weights=EVEN):
    return quick_wins.ranked(found, weights).set_index("programme")["rank"].dropna().to_dict()


def test_equal_scores_go_to_the_lower_risk_then_are_shared_also_where_floats_differ(office):
    risks = {"high": (3, 3), "low": (1, 2), "same": (2, 1), "unknown": (None, None)}
    rows = [programme(n, likelihood=a, impact=b) for n, (a, b) in risks.items()]
    found = office(dict.fromkeys(risks, [2] * 10), rows)
    assert ranks(found) == {"low": 1, "same": 1, "high": 3, "unknown": 4}
    # 0.29 + 0.28 against 0.57: neither the order of adding nor hundredths in floats may decide
    assert 0.29 * 100 + 0.28 * 100 != 0.57 * 100
    scores = {"a": [0.29, 0.28] + [0] * 8, "b": [0.57] + [0] * 9, "c": [0] * 9 + [0.56]}
    assert ranks(office(scores)) == {"a": 1, "b": 1, "c": 3}


def test_a_candidate_that_lacks_a_score_is_not_ranked_and_says_what_it_lacks(office):
    found = office({"whole": [1] * 10, "part": [4] * 9 + [None], "absent": ["none"] + [4] * 9})
    lacking = quick_wins.ranked(found, EVEN).set_index("programme")["lacking"].dropna()
    assert lacking.to_dict() == {"part": "sustainability", "absent": "formulation"}
    assert ranks(found) == {"whole": 1}
    # what weighs nothing need not be there
    assert ranks(found, quick_wins.weighting("sustainability=0")) == {"part": 1, "whole": 2}
    assert ranks(found, quick_wins.weighting("low_risk=1")) == {}
    (lacking,) = missing.missing("quick_win_aspects", YEAR, REGION).itertuples()
    assert lacking.state == "partly"
    assert "3 dari 3 calon" in lacking.sentence
    assert "part (Keberlanjutan)" in " ".join(quick_wins.quick_win_sentences(YEAR, REGION))


def exact_share(differences):
    """Return how often a weighted sum of distinct differences is above 0, weights drawn evenly.

    Weights of the simplex are shares of independent exponential waits, for which the chance is the
    sum over the positive d of the product of d / (d - other): partial fractions.
    """
    d, total = [Fraction(x) for x in differences], Fraction()
    for i, own in enumerate(d):
        if own > 0:
            rest = [own / (own - other) for j, other in enumerate(d) if j != i]
            total += np.prod([Fraction(1), *rest])
    return float(total)


@pytest.mark.parametrize("differences", [[3, -1], [1.5, -2, 0.5, -0.25]])
def test_shares_of_two_candidates_agree_with_the_exact_ones(office, differences):
    zero = " ".join(f"{a}=0" for a in ASPECTS[len(differences) :])
    rest = [0] * (10 - len(differences))
    one = [d if d > 0 else 2 + d for d in differences] + rest
    two = [0 if d > 0 else 2 for d in differences] + rest
    made = quick_wins.stability(office({"one": one, "two": two}), quick_wins.weighting(zero))
    share = exact_share(differences)
    error = 4 * (share * (1 - share) / quick_wins.DRAWS) ** 0.5
    assert made["first"].tolist() == pytest.approx([share, 1 - share], abs=error)
    assert made["first_in_pillar"].tolist() == made["first"].tolist()


def test_one_that_is_nowhere_beaten_is_always_first_and_equals_share_evenly(office):
    scores = {"best": [4] * 10, "equal": [4] * 10, "less": [4] * 9 + [3], "other": [1] * 10}
    found = office(scores, [programme(n, "society" if n == "other" else "living") for n in scores])
    made = quick_wins.stability(found, EVEN).set_index(found["programme"])
    assert made["first"].to_dict() == {"best": 0.5, "equal": 0.5, "less": 0, "other": 0}
    assert made["always"].to_dict() == {"best": True, "equal": True, "less": False, "other": False}
    assert made.loc["other", ["first_in_pillar", "always_in_pillar"]].tolist() == [1, True]


def test_the_answer_names_the_leader_with_its_risk_and_how_sure_it_is(sample_env):
    first, pillars, _ = quick_wins.quick_win_sentences(2023, REGION)
    assert "**Promosi Bersama Dispar Contoh**, risiko 6 dari 9" in first
    assert "**45,2%** dari 10.000 simulasi susunan bobot (galat baku ±0,5 poin" in first
    assert pillars.count(", risiko ") == 6
    text = "benefit=2 uniqueness=0,5 risiko rendah=1"
    first, *_ = quick_wins.quick_win_sentences(2023, REGION, text)
    assert "paling unggul ialah **Siaga Hidup Layak Dinkes Contoh**" in first
    assert "(Manfaat 2; Keunikan 0,5; Risiko rendah 1; aspek lain 1)" in first


def test_kukars_twelve_named_quick_wins_have_their_rows_and_nothing_invented(processed_env):
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
