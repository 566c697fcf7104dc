"""The package at a prompt: found by tab, cheap to import, and helpful when a word is wrong."""

import doctest
import inspect
import re
import subprocess
import sys

import pytest
from IPython.core.interactiveshell import InteractiveShell
from reading import KUKAR, MALANG

import kukar_analysis as ka
from kukar_analysis.analysis import compare, priorities, told
from kukar_analysis.errors import UsageError


@pytest.mark.usefixtures("processed_env")
def test_the_examples_of_the_help_run_as_printed():
    ended = doctest.testmod(ka)
    assert ended.attempted >= 4
    assert ended.failed == 0


def test_the_help_is_a_page_that_names_every_verb():
    for page, of in ((ka.__doc__, ka), (ka.say.__doc__, ka.say)):
        assert [name for name in of.__all__ if name not in page or not getattr(of, name)] == []


def test_nothing_is_loaded_before_a_verb_is_used():
    code = "import kukar_analysis, sys; dir(kukar_analysis); print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {"pandas", "numpy", "typing", "importlib.metadata"}.isdisjoint(ran.stdout.split())


def test_a_name_that_is_none_is_answered_with_those_that_are():
    for name, said in (("rank", "nearest: ranks"), ("plots", "it became seaborn in the cell")):
        with pytest.raises(AttributeError, match=f"no '{name}'; {said}"):
            getattr(ka, name)
    with pytest.raises(AttributeError, match="no 'standings'; nearest: standing"):
        _ = ka.say.standings
    with pytest.raises(ImportError):
        from kukar_analysis import nothing_of_the_kind  # noqa: F401


@pytest.mark.usefixtures("processed_env")
def test_a_verb_is_the_function_itself_with_its_words_checked():
    assert inspect.signature(ka.ranks) == inspect.signature(compare.ranks)
    assert ka.ranks.__doc__ == compare.ranks.__doc__
    for region in (64.02, "Kukar", "kutai kartanegara", "Kab. Kutai Kartanegara"):
        assert ka.ranks("2023", region).equals(compare.ranks(2023, KUKAR))
    way = priorities.shortest_way(2023, KUKAR, told.points(3, "target"))
    assert ka.shortest_way(2023, KUKAR, 3).alone.equals(way.alone)
    assert ka.shortest_way(2023, MALANG, "3,10").steps > 0


TYPED = {
    "ka.ranks(2025, '64.02')": "2022, 2023",
    "ka.ranks(2023, 'Malang')": "35.07.*35.73",
    "ka.read_table('programmes', region='99.99')": "64.02",
    "ka.decompose_change('Kutai Kartanegra', 2022, 2023)": "64.02",
    "ka.read_table('indeks')": "index_scores",
    "ka.what_if(2023, '64.02', {'kolaborasi': 2})": "collaboration",
    "ka.shortest_way(2023, '35.07', 'tiga')": "3.00",
}


@pytest.mark.usefixtures("processed_env")
@pytest.mark.parametrize("typed", TYPED)
def test_a_wrong_word_is_answered_with_what_to_type(typed):
    with pytest.raises(UsageError, match=TYPED[typed]):
        eval(typed, {"ka": ka})


def test_ipython_shows_the_one_line_and_no_traceback(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("KUKAR_PROCESSED", str(tmp_path))
    shell = InteractiveShell.instance()
    shell.run_cell("import kukar_analysis as ka\nka.read_table('index_scores')")
    InteractiveShell.clear_instance()
    said = capsys.readouterr()
    text = said.out + said.err
    assert re.search("TableError: .*run `kukar clean`", text)
    assert "Traceback" not in text
    assert len(text.strip().splitlines()) == 1
