"""The invented survey: six pillars, about fifty respondents each, nine statements."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kukar_analysis import framework
from sample import books
from sample.figures import MARK, PLACE, SEED, assessors
from sample.lists import write
from sample.programmes import quick_wins

_HEADS = ["PILAR", "PROGRAM", "NAMA RESPONDEN", "NO HP", "ALAMAT", *(f"P{n}" for n in range(1, 10))]
_RESPONDENTS = {"living": 47, "society": 52}
"""Pillars where not fifty answered; one of Society's answers twice, which makes 53 responses."""


@dataclass(frozen=True)
class Response:
    """What one respondent filled in."""

    pillar: str
    programme: str
    person: int
    answers: tuple[int | None, ...]

    @property
    def cells(self) -> list[str | int | None]:
        """Return the line of the export."""
        telephone = f"0000-000-{self.person:03}"
        who = [f"Responden Contoh {self.person:03}", telephone, f"Jalan Contoh {self.person}"]
        return [self.pillar, self.programme, *who, *self.answers]


def _clean(year: int, pillar: str, first: int) -> Iterator[Response]:
    """Yield the respondents of a pillar; their answers lie about the assessors' score of Impact."""
    fw = framework.load()
    dice = random.Random(f"{SEED} survey {year} {pillar}")
    own = [q for q in fw.questions.values() if (q.component, q.pillar) == ("impact", pillar)]
    about = [assessors(year)[q.question] for q in own]
    for number in range(_RESPONDENTS.get(pillar, 50)):
        answers: list[int | None] = [
            min(max(round(mean + dice.uniform(-1.4, 1.4)), 0), 4) for mean in about
        ]
        if len(set(answers)) == 1:
            answers[0] = 4 if answers[1] != 4 else 3
        if number % 17 == 3:
            answers[dice.randrange(9)] = None
        name = "" if pillar == "economy" else quick_wins(year)[pillar][0]
        yield Response(fw.pillars[pillar].name, name, first + number, tuple(answers))


def responses(year: int, pillar: str) -> list[Response]:
    """Return the lines of a pillar with its planted faults."""
    first = 1 + 60 * list(framework.load().pillars).index(pillar)
    found = list(_clean(year, pillar, first))
    if pillar == "governance":
        bad = replace(found[9], person=first + 55, answers=(5, *found[9].answers[1:]))
        return [*found[:30], bad, *found[30:], found[4]]
    if pillar == "branding":
        found[20] = replace(found[20], person=7)
    elif pillar == "society":
        again = found[11]
        found.append(
            replace(again, answers=(1 if again.answers[0] == 4 else 4, *again.answers[1:]))
        )
    elif pillar == "environment":
        found[5] = replace(found[5], answers=(3,) * 9)
        found[8] = replace(found[8], answers=(0,) * 9)
    return found


def as_list(path: Path, year: int, pillars: Sequence[str]) -> None:
    """Write the responses of some pillars as an export of text."""
    lines = [r.cells for pillar in pillars for r in responses(year, pillar)]
    write(path, [["DAERAH", PLACE], _HEADS, *lines])


def as_workbook(path: Path, year: int, pillars: Sequence[str]) -> None:
    """Write the responses of some pillars as an export of a form on the web."""
    book = books.new("Survei", year)
    sheet = book.create_sheet("Form Responses 1")
    captions = [[f"{MARK} – SURVEI PENGGUNA LAYANAN"], ["KABUPATEN/KOTA", PLACE], ["TAHUN", year]]
    lines = [r.cells for pillar in pillars for r in responses(year, pillar)]
    books.rows(sheet, 1, [*captions, [], _HEADS, *lines])
    books.save(book, path)
