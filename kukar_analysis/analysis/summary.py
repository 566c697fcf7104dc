"""The one page for the head of Bappeda: strengths, what to do first, and how sure that is."""

from __future__ import annotations

from kukar_analysis import framework, score
from kukar_analysis.analysis import agencies, compare, programmes
from kukar_analysis.analysis.limits import unconfirmed
from kukar_analysis.analysis.missing import missing
from kukar_analysis.analysis.pillars import questions
from kukar_analysis.formats import listed, number

_NAMED = 4
"""Questions that are named among the first steps; of more that are equal the rest is counted."""


def first_steps(year: int, region: str) -> list[str]:
    """Say what to do first, each with the number that speaks for it."""
    steps = [*_weakest(year, region), *_questions(year, region), *_programmes(year, region)]
    calls = agencies.agencies(year, region).dropna(subset="lacking_pillars")
    if len(calls):
        steps.append(f"Minta jawaban {len(calls)} perangkat daerah yang pilarnya belum dijawab.")
    if unusable := int((calls["state"] == "unusable").sum()):
        steps[-1] += f" Berkas {unusable} di antaranya sudah diterima, tetapi tidak dapat dipakai."
    return steps or ["Belum ada angka yang dapat dijadikan dasar."]


def certainty(year: int, region: str) -> list[str]:
    """Say how sure the figures of the page are."""
    before = compare.index_value(year - 1, region)  # said by `moved_sentence`, if at all
    found = missing("question_scores", year, region)["sentence"]
    lacking = [
        f"{said.partition('. ')[0].rstrip('.')}." for said in found
    ]  # what would fill it: 03
    return [
        *unconfirmed(region, year),
        _recomputed(year, region),
        *[f"Indeks {year - 1}: {before}."] * (compare.improvement(year, region) is None),
        *(lacking or [f"Semua nilai butir {year} tercatat sampai sel asalnya."]),
    ]


def _weakest(year: int, region: str) -> list[str]:
    """Name the component that costs the index most, by weight times distance to the mean."""
    found = compare.components(year, region).query("effect < 0")
    worst = found.nsmallest(1, "effect", keep="all")
    names = framework.load().names
    return [
        f"Naikkan **{names['component'][c.component]}**: nilainya {number(c.score)}, peringkat"
        f" {number(c.rank, 0)} dari {number(c.of, 0)}, {number(-c.gap)} di bawah rata-rata"
        f" kelompoknya. Itu mengurangi indeks {number(-c.effect, 3)}, paling besar di antara"
        " komponen (bobot × selisih)."
        for c in worst.itertuples()
    ]


def _questions(year: int, region: str) -> list[str]:
    rooms = questions(year, region).query("gain > 0")
    largest = rooms.nlargest(2, "gain", keep="all")
    if largest.empty:
        return []
    said = [
        f"{q.label} ({number(q.score)}; sampai 4 menambah {number(q.gain, 3)})"
        for q in largest.head(_NAMED).itertuples()
    ]
    said += [f"{len(largest) - _NAMED} lain yang sama besar"] * (len(largest) > _NAMED)
    return [f"Dahulukan butir dengan potensi kenaikan terbesar: {listed(said)}."]


def _programmes(year: int, region: str) -> list[str]:
    """Say how many programmes are idle, and of how many the status is to be asked about first."""
    found = programmes.programmes(year, region)
    if found.empty:
        lacking = missing("programmes", year, region)["sentence"].tolist()
        return lacking if framework.load().is_office(region) else []
    idle = found[found["status"] == "not_begun"]
    doubted, surely = found["doubt"].value_counts(), int(idle["doubt"].isna().sum())
    said = []
    if surely:
        said.append(f"Mulai {surely} dari {len(found)} program yang belum dimulai.")
    why = {
        "not_begun": "disebut belum dimulai, padahal mencatat realisasi",
        "done": "disebut selesai, padahal capaiannya di bawah kategori Baik",
    }
    unclear = [f"{n} {why[d]}" for d in why if (n := int(doubted.get(d, 0)))]
    if unclear:
        said.append(f"Pastikan status program: dari {len(found)}, {listed(unclear)}.")
    return said


def _recomputed(year: int, region: str) -> str:
    """Say whether the printed final is the sum of its printed components."""
    record, edition = compare.index_record(year, region), compare.edition_of(year, region)
    profile = compare.components(year, region)
    own = profile.set_index("component")["score"].to_dict()
    weights = framework.load().weights[edition.edition] if edition else {}
    if record is None or edition is None or set(own) != set(weights):
        return "Nilai final tidak dapat dihitung ulang: komponennya tidak lengkap tercatat."
    index = score.index_of(own, edition.edition)
    same = "sama dengan" if float(index) == record["index_published"] else "berbeda dari"
    return f"Dihitung ulang dari komponennya: {number(index)}, {same} yang tercetak."
