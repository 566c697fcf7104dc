"""The definitions load, answer questions, and every check of them is seen to fail once."""

from __future__ import annotations

import shutil
from collections import Counter

import pytest

from kukar_analysis import clean, framework, store, suggest
from kukar_analysis.errors import DefinitionError, TableError, UsageError
from kukar_analysis.framework.facts import FIXED_NAMES

FW = framework.load()
LETTERS = ("2022-kppn-ikn", "2022-reguler", "2023-kppn-ikn", "2023-reguler")
"""Editions of the letters that were seen; what the office adds later is not tested by number."""


@pytest.fixture
def definitions(tmp_path):
    """Return a copy of the definitions, to be spoilt."""
    return shutil.copytree(framework.DEFINITIONS, tmp_path / "definitions")


def replace(folder, file, old, new):
    """Replace the one place where `old` stands in a file of definitions."""
    text = (folder / file).read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")


def append(folder, file, line):
    with (folder / file).open("a", encoding="utf-8") as text:
        text.write(line + "\n")


def faults(folder):
    """Return the message of the DefinitionError that loading raises."""
    with pytest.raises(DefinitionError) as caught:
        framework.load(folder)
    return str(caught.value)


# What is there


def test_the_definitions_are_read_once():
    assert framework.load() is framework.load()


def test_an_untouched_copy_loads(definitions):
    assert framework.load(definitions).editions == FW.editions


def test_all_514_regions_are_there_in_38_provinces():
    official = [r for r in FW.regions.values() if not r.is_sample]
    assert len(official) == 514
    assert len({r.province_code for r in official}) == 38


def test_the_invented_regions_are_of_a_province_that_there_is_not():
    invented = {code for code, r in FW.regions.items() if r.is_sample}
    assert invented == {"00.01", "00.02", "00.03", "00.04"}
    assert {FW.regions[code].province_code for code in invented} == {"00"}


@pytest.mark.parametrize(
    ("edition", "counts"),
    [
        (
            "2022-kppn-ikn",
            {"baseline": 5, "output": 7, "outcome": 31, "impact": 4, "quick_wins": 12},
        ),
        (
            "2023-kppn-ikn",
            {
                "baseline": 5,
                "output": 7,
                "outcome": 33,
                "impact": 54,
                "quick_wins": 12,
                "collaboration": 6,
            },
        ),
    ],
)
def test_an_edition_has_the_questions_of_its_letter(edition, counts):
    listed = FW.edition_questions[edition]
    assert Counter(FW.questions[q].component for q in listed) == counts
    assert len(listed) == FW.edition(edition).questions == sum(counts.values())


def test_59_questions_are_known_of_2022_and_117_of_2023_and_none_of_the_reguler_forms():
    assert {e: len(q) for e, q in FW.edition_questions.items() if e in LETTERS} == {
        "2022-kppn-ikn": 59,
        "2023-kppn-ikn": 117,
    }


@pytest.mark.parametrize(
    ("edition", "weights"),
    [
        ("2022-kppn-ikn", [10, 20, 30, 10, 30]),
        ("2022-reguler", [10, 20, 30, 20, 20]),
        ("2023-kppn-ikn", [10, 20, 20, 20, 20, 10]),
        ("2023-reguler", [10, 20, 30, 20, 20]),
    ],
)
def test_an_edition_weighs_as_its_letter_says_in_the_order_of_the_form(edition, weights):
    assert list(FW.weights[edition].values()) == weights
    assert list(FW.weights[edition]) == list(FW.components)[: len(weights)]


def test_the_rounding_rules_are_those_that_reproduce_the_tables():
    rules = {e.edition: (e.rounding, e.improvement_base) for e in FW.editions.values()}
    assert {edition: rules[edition] for edition in LETTERS} == {
        "2022-kppn-ikn": ("each_term", None),
        "2022-reguler": ("each_term", None),
        "2023-kppn-ikn": ("sum", "sum"),
        "2023-reguler": ("sum", "sum"),
    }


def test_a_sub_dimension_is_printed_for_the_54_impact_questions_of_2023_only():
    divided = [q for q in FW.questions.values() if q.sub_dimension]
    assert Counter(q.component for q in divided) == {"impact": 54}
    assert set(Counter(q.sub_dimension for q in divided).values()) == {3}


def test_the_six_pillars_stand_in_the_order_of_the_form():
    assert " ".join(FW.pillars) == "governance branding economy living society environment"


# Region codes


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (64.02, "64.02"),
        ("64.02", "64.02"),
        (" 64.02 ", "64.02"),
        (32.1, "32.10"),
        ("32.1", "32.10"),
    ],
)
def test_a_region_code_may_come_as_text_or_as_the_number_papermill_makes_of_it(given, code):
    assert FW.region(given).region == code


@pytest.mark.parametrize("text", ["6402", " 6403 ", "(6474)", "_6402"])
def test_a_code_without_a_point_is_no_name_of_a_region_and_asked_wherever_it_stands(text):
    assert FW.match("region", text) == []
    assert FW.named_in("region", f"surat {text}") == []
    assert "Kemendagri's or BPS's" in suggest.advice("region", text)
    assert FW.match("region", "64.02") == ["64.02"]


@pytest.mark.parametrize("given", [6402, "6402", 6403, "6403"])
def test_a_code_without_a_point_is_refused_with_a_hint_as_it_could_be_of_bps(given):
    with pytest.raises(UsageError, match=r"region '?640.'? is not known: it is written with a "):
        FW.region(given)


@pytest.mark.parametrize("given", ["64.99", "KAB. KUTAI KARTANEGARA", "", None, 64, "64.020"])
def test_a_region_that_is_not_known_is_refused_with_the_form_expected(given):
    with pytest.raises(UsageError, match=r"expected a Kemendagri code .*, as 64\.02") as caught:
        FW.region(given)
    assert repr(given) in str(caught.value)


def test_the_bps_code_of_kukar_is_another_regions_kemendagri_code():
    assert (FW.region("64.02").name, FW.region("64.02").bps_code) == (
        "Kabupaten Kutai Kartanegara",
        "6403",
    )
    assert (FW.region("64.07").name, FW.region("64.07").bps_code) == (
        "Kabupaten Kutai Barat",
        "6402",
    )


def test_only_the_ten_regions_of_kalimantan_timur_have_a_bps_code():
    having = [r for r in FW.regions.values() if r.bps_code]
    assert len(having) == 10
    assert {r.province for r in having} == {"Kalimantan Timur"}


# Questions asked of the framework


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: FW.edition("2024-reguler"), "edition '2024-reguler' is not known; known: 2022-"),
        (lambda: FW.pillar("smart_living"), "pillar 'smart_living' is not known; known: govern"),
        (lambda: FW.year(2021), r"year 2021 has no edition; known: 2022, 2023.* \(definitions"),
        (lambda: FW.year("2023.0"), r"year '2023.0' has no edition"),
        (lambda: FW.year(None), "year None has no edition"),
    ],
)
def test_what_is_not_known_is_refused_with_what_is(ask, said):
    with pytest.raises(UsageError, match=said):
        ask()


def test_what_is_not_confirmed_is_counted_by_file_and_is_nothing_of_the_letters(definitions):
    assert [FW.unconfirmed(edition) for edition in LETTERS] == [{}, {}, {}, {}]
    replace(definitions, "weights.csv", "2023-reguler,impact,20,seen", WEIGHT)
    replace(definitions, "editions.csv", "sum,sum,117,seen", "sum,sum,117,unconfirmed")
    found = framework.load(definitions)
    assert found.unconfirmed("2023-reguler") == {"weights": 1}
    assert found.unconfirmed("2023-kppn-ikn") == {"editions": 1}


WEIGHT = "2023-reguler,impact,20,unconfirmed"


def test_definitions_that_this_program_changed_are_read_anew_once_it_says_so(definitions):
    before = framework.load(definitions)
    replace(definitions, "pillars.csv", "society,Smart Society,", "society,Smart Societies,")
    assert framework.load(definitions) is before
    framework.forget()
    assert framework.load(definitions).pillars["society"].name == "Smart Societies"


def test_what_is_derived_from_definitions_is_derived_anew_with_them(
    definitions, monkeypatch, tmp_path
):
    """One process cleans, a spelling and a heading are added, and it cleans again."""
    monkeypatch.setattr(framework, "DEFINITIONS", definitions)
    raw = tmp_path / "raw"
    (raw / "2023").mkdir(parents=True)
    listed = "DAERAH;PILAR;Banyaknya Dinas\nKab. Kukarta;Smart Living;3\n"
    (raw / "2023" / "dinas.csv").write_text(listed, encoding="utf-8")
    before = clean.clean(raw, tmp_path / "tables")
    assert before.tables["pillar_agencies"].empty
    append(definitions, "spellings.csv", "region,Kab. Kukarta,64.02,assumed,project")
    replace(definitions, "layouts.csv", ",JUMLAH OPD | ", ",Banyaknya Dinas | JUMLAH OPD | ")
    assert clean.clean(raw, tmp_path / "tables").tables["pillar_agencies"].empty
    framework.forget()
    after = clean.clean(raw, tmp_path / "tables")
    assert after.problems == []
    assert after.tables["pillar_agencies"]["region"].to_list() == ["64.02"]


def test_tables_are_checked_against_the_definitions_of_the_day(definitions, monkeypatch, tmp_path):
    monkeypatch.setattr(framework, "DEFINITIONS", definitions)
    row = {"year": 2023, "region": "64.99", "pillar": "living", "agencies": 3, "origin": "a.csv#l2"}
    table = {"pillar_agencies": store.frame("pillar_agencies", [row])}
    with pytest.raises(TableError, match=r"region defined in definitions/regions\.csv: '64\.99'"):
        store.write_all(table, tmp_path / "tables")
    append(definitions, "regions.csv", "64.99,Kabupaten Baru,64,Kalimantan Timur,,assumed,project")
    framework.forget()
    store.write_all(table, tmp_path / "tables")
    assert len(store.read("pillar_agencies", tmp_path / "tables")) == 1


def test_a_year_may_come_as_text():
    assert [FW.year("2023"), FW.year(2022)] == [2023, 2022]


# Names met in print


@pytest.mark.parametrize(
    ("printed", "pillar"),
    [
        ("Smart Governance", "governance"),
        ("SMART GOVERNMENT", "governance"),
        ("Smart e-governance", "governance"),
        ("Smart Governence", "governance"),
        ("Smart Environment", "environment"),
        ("Environtment", "environment"),
        ("Smart Environtment", "environment"),
        ("Smart Ekonomi", "economy"),
        ("smart economi", "economy"),
        ("Smart Societ", "society"),
        ("Sociality", "society"),
        ("  smart_living ", "living"),
        ("Smart Branding", "branding"),
    ],
)
def test_a_pillar_is_known_however_it_is_spelt_in_print(printed, pillar):
    assert FW.match("pillar", printed) == [pillar]


@pytest.mark.parametrize(
    ("kind", "printed", "ids"),
    [
        ("region", "KAB. KUTAI KARTANEGARA", ["64.02"]),
        ("region", "Kab Kutai Kartanegara", ["64.02"]),
        ("region", "Kabupaten Kutai Kartanegara", ["64.02"]),
        ("region", "64.02", ["64.02"]),
        ("region", "KAB. MALANG", ["35.07"]),
        ("region", "KOTA MALANG", ["35.73"]),
        ("region", "KUTAI", []),
        ("group", "KPPN&IKN", ["kppn-ikn"]),
        ("group", "KPPN/IKN", ["kppn-ikn"]),
        ("group", "REGULER", ["reguler"]),
        ("component", "PROGRAM KOLABORASI", ["collaboration"]),
        ("component", "Quick Win", ["quick_wins"]),
        ("opd", "Bapedda", ["Bappeda"]),
        ("opd", "Dinas Tenaga Kerja dan Transmigrasi", ["Distransnaker"]),
        ("opd", "Dinas Perlindungan Perempuan dan Anak", ["DP3A"]),
        ("statistic", "IPM", []),
        ("source", "Penilaian Mandiri", ["self"]),
        ("source", "Asesor", ["assessor"]),
        ("pillar", "Smart City", []),
        ("pillar", "–", []),
    ],
)
def test_a_printed_name_stands_for_one_id_or_for_none(kind, printed, ids):
    assert FW.match(kind, printed) == ids


def test_a_fixed_id_has_a_word_for_readers():
    for kind, ids in FIXED_NAMES.items():
        assert [FW.match(kind, FW.word(kind, id_)) for id_ in ids] == [[id_] for id_ in ids]
    assert FW.word("status", "not_begun") == "belum dimulai"
    assert FW.word("digital_part", "market") == "pasar digital"


def test_a_pillars_name_is_no_agencys():
    assert FW.match("opd", "Smart Living") == []


def test_dkp_could_be_two_agencies():
    assert FW.match("opd", "DKP") == ["Dinas Kelautan dan Perikanan", "Dinas Ketahanan Pangan"]


def test_two_regions_never_share_a_name():
    names = Counter(framework.normalise(r.name) for r in FW.regions.values())
    assert names.most_common(1)[0][1] == 1


# Reading a file of definitions: every fault once

READING = {
    "a column too few": (
        ("pillars.csv", "pillar,name,status,citation", "pillar,name,status"),
        "pillars.csv: columns are pillar, name, status; expected status, citation, pillar, name",
    ),
    "a column misspelt": (
        ("weights.csv", "edition,component,weight", "edition,component,bobot"),
        "weights.csv: columns are edition, component, bobot, status, citation; expected status",
    ),
    "a line too short": (
        ("groups.csv", "reguler,Reguler,seen,L23", "reguler,Reguler,seen"),
        "groups.csv line 3, column citation: the line has fewer cells than the header",
    ),
    "a value that is needed": (
        ("pillars.csv", "living,Smart Living", "living,"),
        "pillars.csv line 5, column name: is empty, but a value is needed",
    ),
    "a citation that is needed": (
        ("groups.csv", "reguler,Reguler,seen,L23", "reguler,Reguler,seen,"),
        "groups.csv line 3, column citation: is empty, but a value is needed",
    ),
    "a word for a whole number": (
        ("weights.csv", "2022-kppn-ikn,impact,10", "2022-kppn-ikn,impact,ten"),
        "weights.csv line 5, column weight: 'ten' is not a whole number",
    ),
    "a fraction for a whole number": (
        ("weights.csv", "2022-kppn-ikn,impact,10", "2022-kppn-ikn,impact,10.5"),
        "weights.csv line 5, column weight: '10.5' is not a whole number",
    ),
    "a negative number": (
        ("weights.csv", "2022-kppn-ikn,impact,10", "2022-kppn-ikn,impact,-10"),
        "weights.csv line 5, column weight: '-10' is not a whole number",
    ),
    "a status that is none": (
        ("pillars.csv", "society,Smart Society,seen", "society,Smart Society,heard"),
        "pillars.csv line 6, column status: 'heard' is none of seen, inferred, assumed",
    ),
    "a rounding that is none": (
        ("editions.csv", "2022-reguler,2022,reguler,,each_term", "2022-reguler,2022,reguler,,up"),
        "editions.csv line 3, column rounding: 'up' is none of each_term, sum",
    ),
    "a continuity that is none": (
        (
            "edition_questions.csv",
            "2023-kppn-ikn,output.council,2,Kelembagaan,2.1.1,changed",
            "2023-kppn-ikn,output.council,2,Kelembagaan,2.1.1,similar",
        ),
        "column continuity: 'similar' is none of same, changed, new",
    ),
    "a kind of spelling that is none": (
        ("spellings.csv", "source,Asesor,", "sumber,Asesor,"),
        "column kind: 'sumber' is none of component, group, pillar, sub_dimension, region, opd,",
    ),
}


@pytest.mark.parametrize(("change", "fault"), READING.values(), ids=READING)
def test_a_cell_that_does_not_fit_its_column_is_named(definitions, change, fault):
    replace(definitions, *change)
    assert fault in faults(definitions)


UNREADABLE = {
    "empty": (b"", "events.csv: columns are nothing; expected status, citation, date, region"),
    "not UTF-8": (b"date\xe9", "events.csv: cannot be read ('utf-8' codec can't decode byte 0xe9"),
    "cut in a quoted cell": (
        b'date,region,pillar,event,status,citation\n2020,64.02,,"Eva',
        "events.csv: cannot be read (unexpected end of data)",
    ),
}


@pytest.mark.parametrize(("content", "fault"), UNREADABLE.values(), ids=UNREADABLE)
def test_a_file_that_cannot_be_read_is_named(definitions, content, fault):
    (definitions / "events.csv").write_bytes(content)
    assert fault in faults(definitions)


@pytest.mark.parametrize("file", sorted(p.name for p in framework.DEFINITIONS.glob("*.csv")))
def test_a_file_that_is_not_there_is_named(definitions, file):
    (definitions / file).unlink()
    assert f"{file}: cannot be read ([Errno 2] No such file" in faults(definitions)


KEYS = {
    "citations.csv": 1,
    "components.csv": 1,
    "groups.csv": 1,
    "editions.csv": 1,
    "weights.csv": 2,
    "pillars.csv": 1,
    "sub_dimensions.csv": 1,
    "questions.csv": 1,
    "edition_questions.csv": 2,
    "regions.csv": 1,
    "opd.csv": 1,
    "statistics.csv": 1,
    "calendar.csv": 1,
}


@pytest.mark.parametrize(("file", "columns"), KEYS.items())
def test_a_key_that_stands_twice_is_named(definitions, file, columns):
    last = (definitions / file).read_text(encoding="utf-8").splitlines()[-1]
    append(definitions, file, last)
    key = " ".join(last.split(",")[:columns])
    assert faults(definitions) == f"definitions/ has 1 faults: {file}: {key} stands 2 times"


# The definitions against each other: every contradiction once


CONTRADICTIONS = {
    "citation": (
        ("pillars.csv", "living,Smart Living,seen,L23", "living,Smart Living,seen,L24"),
        "pillars.csv: citation 'L24' is not defined",
    ),
    "citation of a weight": (
        (
            "weights.csv",
            "2022-kppn-ikn,baseline,10,seen,L22",
            "2022-kppn-ikn,baseline,10,seen,L21",
        ),
        "weights.csv: citation 'L21' is not defined",
    ),
    "citation of a question of an edition": (
        (
            "edition_questions.csv",
            "2022-kppn-ikn,output.regulation,1,Kebijakan,2.1,,seen,L22",
            "2022-kppn-ikn,output.regulation,1,Kebijakan,2.1,,seen,L21",
        ),
        "edition_questions.csv: citation 'L21' is not defined",
    ),
    "component of a question": (
        ("questions.csv", "baseline.legal_basis,baseline,", "baseline.legal_basis,base,"),
        "questions.csv: component 'base' is not defined",
    ),
    "group of an edition": (
        ("editions.csv", "2023-reguler,2023,reguler", "2023-reguler,2023,regular"),
        "editions.csv: group 'regular' is not defined",
    ),
    "edition of a question": (
        (
            "edition_questions.csv",
            "2022-kppn-ikn,output.council,2",
            "2021-kppn-ikn,output.council,2",
        ),
        "edition_questions.csv: edition '2021-kppn-ikn' is not defined",
    ),
    "edition that is followed": (
        ("editions.csv", "2023,reguler,2022-reguler", "2023,reguler,2021-reguler"),
        "editions.csv: follows '2021-reguler' is not defined",
    ),
    "pillar of a statistic": (
        ("statistics.csv", "Prevalensi stunting,persen,living", "Prevalensi stunting,persen,hidup"),
        "statistics.csv: pillar 'hidup' is not defined",
    ),
    "pillar of a quick win": (
        ("quick_wins.csv", "2021,64.02,governance", "2021,64.02,government"),
        "quick_wins.csv: pillar 'government' is not defined",
    ),
    "sub-dimension of a question": (
        (
            "questions.csv",
            "impact.governance.public_service.1,impact,governance,public_service",
            "impact.governance.public_service.1,impact,governance,service",
        ),
        "questions.csv: sub_dimension 'service' is not defined",
    ),
    "question of an edition": (
        (
            "edition_questions.csv",
            "2022-kppn-ikn,output.council,2",
            "2022-kppn-ikn,output.dewan,2",
        ),
        "edition_questions.csv: question 'output.dewan' is not defined",
    ),
    "region of an event": (
        ("events.csv", "2021-11-25,64.02", "2021-11-25,6402"),
        "events.csv: region '6402' is not defined",
    ),
    "region that is reported": (
        ("reported_regions.csv", "35.07,reference", "35.70,reference"),
        "reported_regions.csv: region '35.70' is not defined",
    ),
    "agency of a quick win": (
        ("quick_wins.csv", "Idaman RT,Disdukcapil", "Idaman RT,Dukcapil"),
        "quick_wins.csv: opd 'Dukcapil' is not defined",
    ),
    "id of an edition": (
        ("editions.csv", "2023-reguler,2023,reguler", "2023-reguler,2022,reguler"),
        "editions.csv: 2023-reguler is not <year>-<group>",
    ),
    "sum of weights": (
        ("weights.csv", "2023-reguler,outcome,30", "2023-reguler,outcome,20"),
        "weights.csv: 2023-reguler adds up to 90, not 100",
    ),
    "component of a weight": (
        ("weights.csv", "2023-reguler,outcome,30", "2023-reguler,hasil,30"),
        "weights.csv: component 'hasil' is not defined",
    ),
    "edition of a weight": (
        ("weights.csv", "2023-reguler,outcome,30", "2024-reguler,outcome,30"),
        "weights.csv: edition '2024-reguler' is not defined",
    ),
    "number of questions": (
        (
            "editions.csv",
            "2022-kppn-ikn,2022,kppn-ikn,,each_term,,59",
            "2022-kppn-ikn,2022,kppn-ikn,,each_term,,60",
        ),
        "edition_questions.csv: 2022-kppn-ikn has 59 questions, editions.csv says 60",
    ),
    "questions of an edition whose list is not known": (
        (
            "editions.csv",
            "2022-kppn-ikn,2022,kppn-ikn,,each_term,,59",
            "2022-kppn-ikn,2022,kppn-ikn,,each_term,,",
        ),
        "edition_questions.csv: 2022-kppn-ikn has 59 questions, editions.csv says unknown",
    ),
    "continuity of a question that was there": (
        (
            "edition_questions.csv",
            "2023-kppn-ikn,output.council,2,Kelembagaan,2.1.1,changed",
            "2023-kppn-ikn,output.council,2,Kelembagaan,2.1.1,new",
        ),
        "2023-kppn-ikn output.council is new, but 2022-kppn-ikn has it",
    ),
    "continuity of a question that was not there": (
        (
            "edition_questions.csv",
            "2023-kppn-ikn,collaboration.living,4,Living,6.4.1,new",
            "2023-kppn-ikn,collaboration.living,4,Living,6.4.1,same",
        ),
        "2023-kppn-ikn collaboration.living is same, but 2022-kppn-ikn has it not",
    ),
    "numbers of questions": (
        (
            "edition_questions.csv",
            "2022-kppn-ikn,output.council,2",
            "2022-kppn-ikn,output.council,1",
        ),
        "edition_questions.csv: 2022-kppn-ikn output is not numbered 1, 2, 3 …",
    ),
    "id of a question": (
        ("questions.csv", "baseline.legal_basis,baseline,", "baseline.legal_basis,output,"),
        "questions.csv: baseline.legal_basis does not begin with its component",
    ),
    "pillar of a sub-dimension": (
        (
            "questions.csv",
            "impact.governance.public_service.1,impact,governance,public_service",
            "impact.governance.public_service.1,impact,living,public_service",
        ),
        "impact.governance.public_service.1: public_service is of governance",
    ),
    "number of sub-dimensions": (
        ("sub_dimensions.csv", "industry,economy", "industry,living"),
        "sub_dimensions.csv: economy has 2, not 3",
    ),
    "province of a region": (
        (
            "regions.csv",
            "64.02,Kabupaten Kutai Kartanegara,64",
            "64.02,Kabupaten Kutai Kartanegara,63",
        ),
        "regions.csv: 64.02 is not a code of province 63",
    ),
    "code of a region": (
        ("regions.csv", "64.02,Kabupaten Kutai Kartanegara", "64.2,Kabupaten Kutai Kartanegara"),
        "regions.csv: 64.2 is not a code of province 64",
    ),
    "BPS code": (
        ("regions.csv", "Kalimantan Timur,6405", "Kalimantan Timur,6403"),
        "regions.csv: BPS code 6403 stands 2 times",
    ),
    "date of an event": (
        ("events.csv", "2021-11-25,64.02", "25-11-2021,64.02"),
        "events.csv: '25-11-2021' is no date, as 2022-09-07",
    ),
    "highest band": (
        ("achievement_bands.csv", "Sangat Baik,91,100", "Sangat Baik,91,99"),
        "achievement_bands.csv: very_good does not end at 100",
    ),
    "gap between bands": (
        ("achievement_bands.csv", "Baik,76,90", "Baik,77,90"),
        "achievement_bands.csv: fair does not end where good begins",
    ),
    "band without a beginning that is not the lowest": (
        ("achievement_bands.csv", "Cukup,66,75", "Cukup,,75"),
        "achievement_bands.csv: poor does not end where fair begins",
    ),
    "beginning of the lowest band": (
        ("achievement_bands.csv", "Sangat Kurang,,50", "Sangat Kurang,10,50"),
        "achievement_bands.csv: very_poor begins at 10, which cannot be",
    ),
    "beginning of a band after its end": (
        ("achievement_bands.csv", "Sangat Baik,91,100", "Sangat Baik,191,100"),
        "achievement_bands.csv: very_good begins at 191, which cannot be",
    ),
    "format of a column": (
        ("columns.csv", "score,Nilai,number:2", "score,Nilai,score2"),
        "columns.csv: 'score2' of score is no format, as number:2 or name:pillar",
    ),
    "kind of a name": (
        ("columns.csv", "pillar,Pilar,name:pillar", "pillar,Pilar,name:pilar"),
        "columns.csv: 'name:pilar' of pillar is no format, as number:2 or name:pillar",
    ),
    "level of risk": (
        ("risk_levels.csv", "3,tinggi", "4,tinggi"),
        "risk_levels.csv: levels are [1, 2, 4], not 1, 2, 3",
    ),
    "correction that replaces with nothing": (
        ("corrections.csv", "831.4,drop,,", "831.4,replace,,"),
        "Jumlah penduduk: replace needs a value, drop none",
    ),
    "status of a fact that is of no edition": (
        ("pillars.csv", "society,Smart Society,seen", "society,Smart Society,unconfirmed"),
        "pillars.csv: society is unconfirmed; only facts of an edition can be",
    ),
    "status of an agency's short name": (
        ("opd.csv", "Badan Riset dan Inovasi Daerah,seen,seen", "Badan Riset,seen,unconfirmed"),
        "opd.csv: Brida is unconfirmed; only facts of an edition can be",
    ),
    "edition that is copied from none": (
        ("weights.csv", "2022-reguler,outcome,30,seen", "2022-reguler,outcome,30,unconfirmed"),
        "editions.csv: 2022-reguler is not confirmed, but follows no edition it was copied from",
    ),
    "first day on which something is expected": (
        ("calendar.csv", "08-01,11-30", "08-32,11-30"),
        "calendar.csv: '08-32' is no day of every year, as 12-01",
    ),
    "last day in a leap year only": (
        ("calendar.csv", "08-01,11-30", "08-01,02-29"),
        "calendar.csv: '02-29' is no day of every year, as 12-01",
    ),
    "day until which something is accepted": (
        ("accepted.csv", "letter,2024,64.02,,", "letter,2024,64.02,2025-02-30,"),
        "accepted.csv: '2025-02-30' is no date, as 2027-03-31",
    ),
    "correction that drops and gives a value": (
        ("corrections.csv", "831.4,drop,,", "831.4,drop,813.4,"),
        "Jumlah penduduk: replace needs a value, drop none",
    ),
}


@pytest.mark.parametrize(("change", "fault"), CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_a_contradiction_is_named_with_its_file_and_culprit(definitions, change, fault):
    replace(definitions, *change)
    assert fault in faults(definitions)


@pytest.mark.parametrize(
    "kind", ["component", "group", "pillar", "region", "opd", "statistic", "source"]
)
def test_a_spelling_of_what_is_not_defined_is_named(definitions, kind):
    append(definitions, "spellings.csv", f"{kind},Atlantis,atlantis,seen,L23")
    assert f"spellings.csv: {kind} 'atlantis' is not defined" in faults(definitions)


def test_a_file_that_cannot_be_read_brings_no_faults_of_those_that_refer_to_it(definitions):
    (definitions / "citations.csv").write_bytes(b"\xe9")
    assert faults(definitions).startswith(
        "definitions/ has 1 faults: citations.csv: cannot be read"
    )


def test_a_file_that_excel_saved_as_utf_8_loads(definitions):
    path = definitions / "pillars.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert framework.load(definitions).pillars == FW.pillars


def test_several_faults_are_reported_at_once(definitions):
    replace(definitions, "weights.csv", "2023-reguler,outcome,30", "2023-reguler,outcome,20")
    replace(definitions, "regions.csv", "Kalimantan Timur,6405", "Kalimantan Timur,6403")
    replace(definitions, "pillars.csv", "living,Smart Living,seen,L23", "living,Smart Living,seen,")
    replace(definitions, "events.csv", "2021-11-25,64.02", "2021-11-25,6402")
    said = faults(definitions)
    assert "weights.csv: 2023-reguler adds up to 90, not 100" in said
    assert "regions.csv: BPS code 6403 stands 2 times" in said
    assert "pillars.csv line 5, column citation: is empty, but a value is needed" in said
    assert "events.csv: region '6402' is not defined" in said


def test_two_faults_are_counted_as_two(definitions):
    replace(definitions, "weights.csv", "2023-reguler,outcome,30", "2023-reguler,outcome,20")
    replace(definitions, "regions.csv", "Kalimantan Timur,6405", "Kalimantan Timur,6403")
    assert faults(definitions) == (
        "definitions/ has 2 faults: weights.csv: 2023-reguler adds up to 90, not 100;"
        " regions.csv: BPS code 6403 stands 2 times"
    )
