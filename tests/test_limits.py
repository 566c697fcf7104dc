"""What a page does not say is said: every assumption about its topics, and how each is known."""

import re
from pathlib import Path

import pytest
from reading import KUKAR, SURABAYA

from kukar_analysis import framework
from kukar_analysis.analysis import missing, told

pytestmark = pytest.mark.usefixtures("processed_env")


def test_limits_are_those_of_the_topics_the_region_and_its_edition():
    found = missing.limits(2023, SURABAYA, "pillar", "years")
    expected = {"pillar", "years", "2023-reguler"}
    of_topics = [a for a in framework.load().assumptions if a.topic in expected]
    assert found["topic"].tolist() == [a.topic for a in of_topics]
    assert KUKAR in set(missing.limits(2023, KUKAR, "index")["topic"])
    assert found.dtypes.tolist() == missing.limits(2021, SURABAYA).dtypes.tolist() == ["str"] * 2


def test_a_limit_says_how_it_is_known_and_by_whom():
    words = {"seen": "terlihat", "inferred": "disimpulkan", "assumed": "asumsi"}
    titles = framework.load().citations
    topics = [a.topic for a in framework.load().assumptions]
    said = {*missing.limits(2023, KUKAR, *topics)["sentence"]}
    for assumption in framework.load().assumptions:
        title, how = titles[assumption.citation].title, words[assumption.status]
        whose = f"{how} tim penyusun" if assumption.citation == "project" else f"{how}; {title}"
        assert f"{assumption.statement} ({whose})" in said


def test_every_sentence_of_the_definitions_can_be_read_and_is_said_somewhere():
    source = "".join(p.read_text("utf-8") for p in Path(told.__file__).parent.glob("*.py"))
    sentences = framework.load().sentences
    source += "".join(s.text for s in sentences.values())
    for id_, sentence in sentences.items():
        told._JINJA.parse(sentence.text)
        begun = f'f"{id_.split(".")[0]}.{{'
        assert re.search(rf"[\"' ]{re.escape(id_)}[\"' ]", source) or begun in source, id_
