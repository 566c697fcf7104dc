"""The definitions load, answer questions, and every check of them is seen to fail once."""

import shutil
from collections import Counter

import pytest
from cases import cases

from kukar_analysis import clean, framework, suggest
from kukar_analysis.errors import KukarError, UsageError

FW = framework.load()
LETTERS = {
    "2022-kppn-ikn": (("each_term", None), [10, 20, 30, 10, 30], [5, 7, 31, 4, 12]),
    "2022-reguler": (("each_term", None), [10, 20, 30, 20, 20], []),
    "2023-kppn-ikn": (("sum", "sum"), [10, 20, 20, 20, 20, 10], [5, 7, 33, 54, 12, 6]),
    "2023-reguler": (("sum", "sum"), [10, 20, 30, 20, 20], []),
}
"""Rounding, weights and questions of the letters that were seen, in the order of the form."""


@pytest.fixture
def definitions(tmp_path):
    return shutil.copytree(framework.DEFINITIONS, tmp_path / "definitions")


def replace(folder, file, old, new):
    text = (folder / file).read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")


def append(folder, file, line):
    with (folder / file).open("a", encoding="utf-8") as text:
        text.write(line + "\n")


def faults(folder):
    with pytest.raises(KukarError) as caught:
        framework.load(folder)
    return str(caught.value)


@pytest.mark.parametrize("edition", LETTERS)
def test_an_edition_rounds_weighs_and_asks_as_its_letter_says(edition):
    rounding, weights, questions = LETTERS[edition]
    found = FW.edition(edition)
    assert (found.rounding, found.improvement_base) == rounding
    named = dict(zip(FW.components, weights, strict=False))
    assert [*FW.weights[edition].items()] == [*named.items()]
    asked = Counter(FW.questions[q].component for q in FW.edition_questions.get(edition, ()))
    assert list(asked.values()) == questions
    assert (found.questions or 0) == sum(questions)
    assert FW.unconfirmed(edition) == {}


def test_all_514_regions_are_there_besides_the_invented_ones_and_54_questions_are_divided():
    official = [r for r in FW.regions.values() if not r.is_sample]
    assert (len(official), len({r.province_code for r in official})) == (514, 38)
    invented = [code for code, r in FW.regions.items() if r.is_sample]
    assert invented == ["00.01", "00.02", "00.03", "00.04"]
    names = Counter(framework.normalise(r.name) for r in FW.regions.values())
    assert names.most_common(1)[0][1] == 1
    # the BPS code of Kukar is another region's Kemendagri code
    assert (FW.region("64.02").bps_code, FW.region("64.07").bps_code) == ("6403", "6402")
    divided = Counter((q.component, q.sub_dimension) for q in FW.questions.values())
    divided = {of: n for of, n in divided.items() if of[1]}
    assert {component for component, _ in divided} == {"impact"}
    assert [*divided.values()] == [3] * 18
    assert " ".join(FW.pillars) == "governance branding economy living society environment"


def test_a_region_code_may_be_the_number_papermill_makes_of_it_but_not_without_a_point():
    for given, code in ((64.02, "64.02"), (" 64.02 ", "64.02"), (32.1, "32.10"), ("32.1", "32.10")):
        assert FW.region(given).region == code
    for text in ("6402", " 6403 ", "(6474)", "_6402"):
        assert FW.match("region", text) == []
        assert FW.named_in("region", f"surat {text}") == []
        assert "kode Kemendagri dan BPS berbeda" in suggest.advice("region", text)
        with pytest.raises(UsageError, match=r"is not known: it is written with a point"):
            FW.region(text)


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: FW.region("64.99"), r"'64.99' is not known: expected a Kemendagri code .* 64\.02"),
        (lambda: FW.region(None), r"None is not known: expected a Kemendagri code"),
        (lambda: FW.edition("2024-reguler"), "edition '2024-reguler' is not known; known: 2022-"),
        (lambda: FW.pillar("smart_living"), "pillar 'smart_living' is not known; known: govern"),
        (lambda: FW.year(2021), r"year 2021 is not known; known: 2022, 2023.* \(definitions"),
        (lambda: FW.year("2023.0"), r"year '2023.0' is not known"),
    ],
)
def test_what_is_not_known_is_refused_with_what_is(ask, said):
    with pytest.raises(UsageError, match=said):
        ask()


def test_what_is_derived_from_definitions_is_derived_anew_with_them(
    definitions, monkeypatch, raw_folder, tmp_path
):
    """One process cleans, a spelling and a heading are added, and it cleans again."""
    monkeypatch.setattr(framework, "DEFINITIONS", definitions)
    listed = "DAERAH;PILAR;Banyaknya Dinas\nKab. Kukarta;Smart Living;3\n"
    raw = raw_folder({"2023/dinas.csv": listed})
    assert clean.clean(raw, tmp_path / "tables").tables["pillar_agencies"].empty
    append(definitions, "spellings.csv", "region,Kab. Kukarta,64.02,assumed,project")
    replace(definitions, "layouts.csv", ",JUMLAH OPD | ", ",Banyaknya Dinas | JUMLAH OPD | ")
    framework.forget()
    after = clean.clean(raw, tmp_path / "tables")
    assert after.problems == []
    assert after.tables["pillar_agencies"]["region"].to_list() == ["64.02"]


@pytest.mark.parametrize(
    "case", cases("names").values(), ids=lambda c: f"{c['kind']} {c['printed']}"
)
def test_a_printed_name_stands_for_one_id_for_several_or_for_none(case):
    ids = case["ids"].split("|") if case["ids"] else []
    assert FW.match(case["kind"], case["printed"]) == ids


@pytest.mark.parametrize("case", cases("definitions").values(), ids=cases("definitions"))
def test_a_cell_that_does_not_fit_or_contradicts_is_named_with_its_file(definitions, case):
    replace(definitions, case["file"], case["old"], case["new"])
    assert case["fault"] in faults(definitions)


UNREADABLE = {
    b"date\xe9": "events.csv: cannot be read ('utf-8' codec can't decode byte 0xe9",
    b'date,region,pillar,event,status,citation\n2020,64.02,,"Eva': "(unexpected end of data)",
    None: "definitions/ has 1 faults: events.csv: cannot be read ([Errno 2] No such file",
}


@pytest.mark.parametrize(("content", "fault"), UNREADABLE.items())
def test_a_file_that_cannot_be_read_is_named_and_brings_no_faults_of_others(
    definitions, content, fault
):
    path = definitions / "events.csv"
    path.unlink() if content is None else path.write_bytes(content)
    assert fault in faults(definitions)


def test_several_faults_are_reported_at_once(definitions):
    for kind in ("region", "opd", "source"):
        append(definitions, "spellings.csv", f"{kind},Atlantis,atlantis,seen,L23")
    replace(definitions, "regions.csv", "Kalimantan Timur,6405", "Kalimantan Timur,6403")
    path = definitions / "pillars.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())  # as Excel saves it: no fault
    said = faults(definitions)
    assert "has 4 faults" in said
    assert "regions.csv: BPS code 6403 stands 2 times" in said
    assert said.count("'atlantis' is not defined") == 3
    for file, keys in (("editions.csv", 1), ("edition_questions.csv", 2)):
        line = (definitions / file).read_text(encoding="utf-8").splitlines()[-1]
        append(definitions, file, line)
        assert f"{file}: {' '.join(line.split(',')[:keys])} stands 2 times" in faults(definitions)
