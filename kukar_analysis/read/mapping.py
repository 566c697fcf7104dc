"""Reads forms of somebody else's by what the office said of them once, in MAPPINGS.csv.

It lies in the raw folder, a line a fact, headings and words only. `heading`: text -> column of a
survey (blank: not used), of a pillar and programme where it says so; `answer`: word or number -> 0
to 4 (blank: nothing stated); `figure`: what stands over the values, or the file's name, ->
statistic, with its `unit`, `citation`, `codes` (whose the region codes are) and `year` (of a file).
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import replace
from itertools import count
from pathlib import Path

from kukar_analysis import framework, writing
from kukar_analysis.errors import SourceError
from kukar_analysis.framework import normalise
from kukar_analysis.read.grid import add as add_list
from kukar_analysis.read.headings import (
    DEEPEST,
    STATEMENT,
    Found,
    Grid,
    Headings,
    cell,
    kinds,
    named,
    recognise,
    stacked,
    words,
)
from kukar_analysis.read.source import UNMAPPED, Reading, Record, SourceList

MAPPINGS = "MAPPINGS.csv"
COLUMNS = ("form", "what", "text", "meaning", "pillar", "programme")
Form = Mapping[str, Mapping[str, dict[str, str]]]
"""Lines of a form by what they say and by the key of their text."""
_YEAR = re.compile(r"(20\d\d)\s*[*r)]*")
"""A year that heads a column, with the marks of a preliminary figure."""
_FIGURE = re.compile(r"-?\d[\d.,\s]*%?")
_HEADED, _SAMPLED = 3, 200
"""Rows right above the values in which their headings stand; rows that tell where regions do."""
_OF_BLOCK = {"pillar", "sub_dimension", "programme"}
"""Columns that a repeated block of a survey has for itself."""
_LEAST = 3
"""Columns of answers from which a list of unknown form may be a survey."""
_PERSONAL = {
    "person_phone": r"\b(hp|telp|telepon|wa|whatsapp|ponsel)\b",
    "person_email": r"\be-?mail|\bsurel",
    "person_number": r"\b(nik|ktp)\b",
    "person_address": r"\balamat\b",
    "person_name": r"\bnama\b(?!.*(layanan|program|aplikasi|instansi|dinas))",
}
"""Words in a heading that name a person, where the heading is on no record."""
_SCALES = {
    "0-4": {str(n): str(n) for n in range(5)},
    "1-5": {str(n): str(n - 1) for n in range(1, 6)},
}
"""Scales of five steps, each with what its numbers are of 0 to 4."""
Tell = Callable[[str, str, Iterable[str]], str]


def load(raw: Path) -> tuple[dict[str, Form], list[str]]:
    """Return the forms of a raw folder's MAPPINGS.csv, and its faults, one line each.

    A form with a fault is left out whole.
    """
    try:
        return parsed((raw / MAPPINGS).read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return {}, []
    except (OSError, UnicodeDecodeError) as error:
        return {}, [f"{MAPPINGS}: tidak terbaca ({error}); simpan sebagai CSV (UTF-8)"]


def as_text(lines: Iterable[Mapping[str, str]]) -> str:
    """Return lines as they stand in MAPPINGS.csv, its headings first."""
    written = io.StringIO()
    writer = csv.DictWriter(written, COLUMNS, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(lines)
    return written.getvalue()


def add(raw: Path, lines: Iterable[Mapping[str, str]]) -> None:
    """Write lines below those that MAPPINGS.csv has."""
    path = raw / MAPPINGS
    before = _lines(path.read_text(encoding="utf-8-sig")) if path.exists() else []
    writing.write(path, as_text([*before, *lines]))


def _lines(text: str) -> list[dict[str, str]]:
    parted = ";" if ";" in text.partition("\n")[0] else ","  # as Excel saves it here
    return [*csv.DictReader(text.splitlines(), delimiter=parted, restval="")]


@framework.kept(16)
def parsed(text: str) -> tuple[dict[str, Form], list[str]]:
    """Return the forms of a text of MAPPINGS.csv, and its faults."""
    forms: dict[str, dict[str, dict[str, dict[str, str]]]] = {}
    faults, faulty = [], set()
    for number, line in enumerate(_lines(text), start=2):
        if set(line) != {*COLUMNS}:
            return {}, [f"{MAPPINGS} baris {number}: kolomnya harus {','.join(COLUMNS)}"]
        row = {column: text.strip() for column, text in line.items()}
        what, allowed = row["what"], _meanings(row["what"])
        wrong = [c for c in allowed or ("what",) if row[c] not in allowed.get(c, ())]
        if wrong:
            shown = ", ".join(f"{c} {row[c]!r}" for c in wrong)
            faults.append(f"{MAPPINGS} baris {number}: {shown} tidak dikenal; perbaiki")
            faulty.add(row["form"])
        key = {"answer": answer_key, "figure": measure_key}.get(what, normalise)
        forms.setdefault(row["form"], {}).setdefault(what, {})[key(row["text"])] = row
    return {name: form for name, form in forms.items() if name not in faulty}, faults


def _meanings(what: str) -> dict[str, set[str]]:
    """Return what a line of a kind may hold, by column; empty for a kind that is none."""
    fw = framework.load()
    asked = {f"{STATEMENT}{number}" for number in range(1, statements() + 1)}
    return {
        "heading": {
            "meaning": {"", *asked, *kinds()["survey"].columns} - {"statement"},
            "pillar": {"", *fw.pillars},
        },
        "answer": {"meaning": {"", "0", "1", "2", "3", "4"}},
        "figure": {"meaning": {*fw.statistics}},
        "unit": {"text": {s.unit_of_measure for s in fw.statistics.values()}},
        "citation": {"text": {*fw.citations}},
        "codes": {"text": {"bps", "kemendagri"}},
        "year": {"meaning": {str(year) for year in range(2000, 2100)}},
    }.get(what, {})


def statements() -> int:
    """Return how many statements a pillar's form has."""
    return max(s.statements for s in framework.load().surveys.values())


def answer_key(text: str) -> str:
    """Return what an answer goes by: its word where it has one ("4 - Setuju"), else its number."""
    number = re.match(r"\s*(\d+)(?:[.,]0+)?(?!\d)", text)
    return normalise(text[number.end() :] if number else text) or (number[1] if number else "")


def measure_key(text: str) -> str:
    """Return what a figure's heading goes by: its words, whatever the year.

    A file whose table has no heading goes by its name and the folder's year.
    """
    return normalise(re.sub(r"(?<=.)20\d\d", "", text))


def read(grid: Grid, forms: Mapping[str, Form], reading: Reading) -> bool:
    """Add the lists of a grid in a form that the office has mapped; False where it is in none."""
    before = len(reading.lists)
    for form in forms.values():
        if "heading" in form and len(reading.lists) == before:
            _survey(grid, form, reading)
        if "figure" in form:
            _statistics(grid, form, reading)
    return len(reading.lists) > before


def _survey(grid: Grid, form: Form, reading: Reading) -> None:
    """Add a list for each block of a survey: a pillar's statements, or the same ones again.

    The headings must be those of the mapping, no more and no fewer; others ask for a new one. A
    block is read as the project's own form is, with its answers as 0 to 4.
    """
    known, answers = form["heading"], form.get("answer", {})
    used = {key for key, row in known.items() if row["meaning"]}
    rows = [[normalise(text) for text in cells] for _, cells in grid.rows[:DEEPEST]]
    index = next((n for n, keys in enumerate(rows) if used <= {*keys} <= {*known, ""}), None)
    if index is None:
        return
    cells, keys = grid.rows[index][1], rows[index]
    below = [row for row in grid.rows[index + 1 :] if row[1] != cells]
    blocks: dict[tuple[str, str, int], Headings] = defaultdict(dict)
    others: dict[int, Headings] = defaultdict(dict)  # by which of its headings it is, from 1
    for i, key in enumerate(keys):
        if key in used:
            row, time = known[key], keys[: i + 1].count(key)
            is_asked = row["meaning"].startswith(STATEMENT)
            block = blocks[row["pillar"], row["programme"], time] if is_asked else others[time]
            block[row["meaning"]] = (cells[i], i + 1)
    asked = [i - 1 for block in blocks.values() for _, i in block.values()]
    seen = {answer_key(cell(texts, i)) for _, texts in below for i in asked} - {""}
    if seen and seen.isdisjoint(answers):
        return  # of another scale: a form of its own
    meant = dict.fromkeys(words("furniture", "nothing"), "")
    meant |= {"": ""} | {key: row["meaning"] for key, row in answers.items()}
    for (pillar, programme, time), block in [*blocks.items()]:
        if block.keys() != blocks[pillar, programme, 1].keys():
            reading.say("block", grid.place, f"ke-{time}")
            continue
        own = {c: t for c, t in (("pillar", pillar), ("programme", programme)) if t}
        shared = {c: at for c, at in others[1].items() if time == 1 or c not in _OF_BLOCK}
        heads = {c: at for c, at in (shared | others[time]).items() if c not in own} | block
        kept = {i - 1 for _, i in heads.values()}
        places = {i - 1 for _, i in block.values()}
        answered = []
        for number, texts in below:
            asked_here = [i for i in places if i < len(texts)]
            said = {i: meant.get(answer_key(texts[i]), UNMAPPED) for i in asked_here}
            if any(said.values()):
                said |= {i: "" for i in range(min(len(texts), len(cells))) if i not in kept}
                answered.append((number, [said.get(i, text) for i, text in enumerate(texts)]))
        if len(answered) < len(below):
            reading.say("unanswered", grid.place, len(below) - len(answered))
        block_alone = replace(grid, rows=[grid.rows[index], *answered])
        add_list(block_alone, Found("survey", heads), named(grid) | own, reading)


Table = tuple[int, int, list[tuple[int, str, str, str]]]
"""Column of the regions, index of the first row of values, and what each column holds: its index,
heading, measure and year, which is empty where none is printed."""


def table(grid: Grid, codes: str = "") -> Table | None:
    """Return where the values of a table of regions stand; None where no region is named."""
    top = grid.rows[:_SAMPLED]
    places = Counter(i for _, cells in top for i, t in enumerate(cells) if region_of(t, codes))
    if not places:
        return None
    column = places.most_common(1)[0][0]

    def is_valued(cells: list[str]) -> bool:
        others = (text for i, text in enumerate(cells) if i != column)
        return bool(cell(cells, column)) and any(map(_is_figure, others))

    first = next((n for n, (_, cells) in enumerate(top) if is_valued(cells)), 0)
    if not first:
        return None
    found = []
    for i, stack in enumerate(stacked([c for _, c in grid.rows[max(0, first - _HEADED) : first]])):
        texts = [t for t in stack if not re.fullmatch(r"\(\d+\)", t)] or [""]
        above = [t for t in dict.fromkeys(texts) if not _YEAR.fullmatch(t)]
        years = [y[1] for t in texts if (y := _YEAR.fullmatch(t))]
        years = years[-1:] or [*{*re.findall(r"\b20\d\d\b", " ".join(above))}]
        is_number = i == column or re.match(r"(no|nomor|kode)\b", texts[-1], re.IGNORECASE)
        if not is_number and any(_is_figure(cell(cells, i)) for _, cells in grid.rows[first:]):
            measure = " ".join(above).strip() or f"{grid.name} {grid.part or ''}".strip()
            found.append((i, texts[-1], measure, years[0] if len(years) == 1 else ""))
    return column, first, found


def _is_figure(text: str) -> bool:
    return bool(_FIGURE.fullmatch(text)) and not _YEAR.fullmatch(text)


@framework.kept()
def region_of(text: str, codes: str = "") -> str | None:
    """Return the region of a name, with or without its kind, or of a code as `codes` has them."""
    fw = framework.load()
    digits = "".join(re.findall(r"\d", text)) if re.fullmatch(r"\d\d\.?\d\d", text) else ""
    if digits and codes == "bps":
        return next((id_ for id_, r in fw.regions.items() if r.bps_code == digits), None)
    if digits:
        return f"{digits[:2]}.{digits[2:]}" if codes else None
    ids = fw.match("region", text) or [
        id_ for kind in ("Kabupaten", "Kota") for id_ in fw.match("region", f"{kind} {text}")
    ]
    return ids[0] if len(ids) == 1 else None


def _statistics(grid: Grid, form: Form, reading: Reading) -> None:
    """Add a list for each column of values that the office has named a statistic for."""
    unit, citation, codes = (
        next((row["text"] for row in form.get(what, {}).values()), "")
        for what in ("unit", "citation", "codes")
    )
    region_at, first, columns = table(grid, codes) or (0, 0, [])
    whole = {"indonesia", *words("furniture", "total")}
    whole |= {normalise(region.province) for region in framework.load().regions.values()}
    for i, heading, measure, printed in columns:
        meant = form["figure"].get(measure_key(measure))
        year = printed or form.get("year", {}).get(normalise(grid.name), {}).get("meaning", "")
        if meant and not year:
            reading.say("no_year", grid.place, f"`kukar map {grid.name} --year TAHUN`")
        elif meant:
            given = {"year": year, "statistic": meant["meaning"], "citation": citation}
            given |= {"unit_of_measure": unit}
            records = []
            for number, cells in grid.rows[first:]:
                name, text = cell(cells, region_at), cell(cells, i)
                region = region_of(name, codes)
                if _is_figure(text) and (region or normalise(name) not in whole):
                    if re.search(r"\s|%", text):  # thousands parted by spaces, 7,61 %
                        text = re.sub(r"\s|%$" if unit == "persen" else r"\s", "", text)
                    values = given | {"region": region or name, "value": text}
                    records.append(Record(number, values, part=grid.part))
            heads = {"value": (heading, i + 1), "region": ("", region_at + 1)}
            kind = "official_statistics"
            reading.lists.append(SourceList(grid.name, grid.medium, kind, heads, records))


# What a form that is not known may be


def guess(grid: Grid) -> str:
    """Return what a grid in no known form may be, as messages call it; empty for all else."""
    if _statement_columns(grid, {}, []):
        return "survei"
    found = table(grid)
    return "statistik" if found and any(year for *_, year in found[2]) else ""


def is_known(grid: Grid) -> bool:
    """Whether a grid is a list in a form of the project's own, which says all that is needed."""
    found = recognise(grid)
    is_told = found.kind != "survey" or "pillar" in {**found.headings, **named(grid)}
    return not found.rule and is_told


def propose(
    grid: Grid, tell: Tell, answers: Mapping[str, str], taken: Set[str]
) -> list[dict[str, str]]:
    """Return the lines that read a grid of a form that is not known.

    `tell` answers what is not certain: (option of `kukar map`, question, what is known) -> what the
    office says. `answers` are words that it has told the meaning of, `taken` names of forms that
    are there. Raises SourceError where no line could read the grid.
    """
    own = {answer_key(word): value for word, value in answers.items()}
    skip: list[str] = []
    while (found := _statement_columns(grid, own, skip)) and len(found[1]) % statements():
        listed = ", ".join(repr(grid.rows[found[0]][1][i]) for i in found[1])
        question = f"ada {len(found[1])} kolom jawaban, padahal satu pilar punya {statements()}"
        skip.append(tell("skip", f"{question} ({listed}); judul mana yang bukan pernyataan", ()))
    rows = _survey_lines(grid, *found, own, tell) if found else _statistic_lines(grid, tell)
    lines = [dict.fromkeys(COLUMNS, "") | row for row in rows]
    bases = {line["form"] for line in lines}
    names = {b: next(f"{b}-{n}" for n in count(1) if f"{b}-{n}" not in taken) for b in bases}
    return [line | {"form": names[line["form"]]} for line in lines]


@framework.kept()
def _words() -> list[tuple[str, ...]]:
    rows = sorted((x.column, x.headings) for x in framework.load().layouts if x.kind == "answer")
    return [*zip(*(words_.split(" | ") for _, words_ in rows), strict=True)]


@framework.kept()
def _meant() -> dict[str, str]:
    return {answer_key(w): str(value) for scale in _words() for value, w in enumerate(scale)}


def _statement_columns(
    grid: Grid, own: Mapping[str, str], skip: list[str]
) -> tuple[int, list[int]] | None:
    """Return the row of headings, and the columns of which every cell is an answer."""
    known = {*_meant(), *own}
    left = kinds()["survey"].words | {*map(normalise, skip)}

    def is_answer(text: str) -> bool:
        key = answer_key(text)
        return key in known or (key.isdecimal() and int(key) <= 10)

    def is_asked(i: int, text: str, rows: list[list[str]]) -> bool:
        key = normalise(text)
        if not key or key.isdecimal() or key in left or is_answer(text):
            return False
        below = [row[i] for row in rows if cell(row, i)]
        is_count = below[1:2] == ["2"] and below[0] == "1" and len({*below}) == len(below)
        return bool(below) and all(map(is_answer, below)) and not is_count

    for index, (_, cells) in enumerate(grid.rows[:DEEPEST]):
        sampled = grid.rows[index + 1 : index + 1 + _SAMPLED]
        rows = [row for _, row in sampled if row != cells]
        found = [i for i, text in enumerate(cells) if is_asked(i, text, rows)]
        if len(found) >= _LEAST:
            return index, found
    return None


def _survey_lines(
    grid: Grid, index: int, places: list[int], own: Mapping[str, str], tell: Tell
) -> Iterator[dict[str, str]]:
    cells, most = grid.rows[index][1], statements()
    below = [row for _, row in grid.rows[index + 1 :] if row != cells]
    heads = [normalise(text) for text in cells]
    lines: dict[str, dict[str, str]] = {}
    for i, text in enumerate(cells):
        if re.search(r"@|\d{6}", text):
            raise SourceError(f"{grid.place}: baris judulnya memuat data orang; beri baris judul")
        if heads[i] and i not in places:
            column = _column(text, [t for row in below if (t := cell(row, i))])
            lines.setdefault(heads[i], {"text": text, "meaning": column})
    pillars = sum(lines.get(key, {}).get("meaning") == "pillar" for key in heads)
    told_by = {line["meaning"] for line in lines.values()} | {*named(grid)}
    if most < len(places) > pillars * most:
        told_by.discard("pillar")  # one cannot tell of several blocks
    for n, block in enumerate(places[n : n + most] for n in range(0, len(places), most)):
        if any(heads[i] in lines for i in block):  # the headings of an earlier block again
            if pillars <= n:
                raise SourceError(
                    f"{grid.place}: pernyataan yang sama berulang tanpa kolom PILAR di tiap blok;"
                    " simpan tiap pilar sebagai lembar sendiri"
                )
            continue
        said = _block([cells[i] for i in block], told_by, tell)
        told = [int(d[-1]) if (d := re.findall(r"\d+", cells[i])) else 0 for i in block]
        order = told if sorted(told) == [*range(1, most + 1)] else [*range(1, most + 1)]
        for i, number in zip(block, order, strict=True):
            lines[heads[i]] = {"text": cells[i], "meaning": f"{STATEMENT}{number}"} | said
    yield from ({"form": "survei", "what": "heading"} | line for line in lines.values())
    seen = {answer_key(cell(row, i)) for row in below for i in places}
    for word, value in _answers(seen, own, tell).items():
        yield {"form": "survei", "what": "answer", "text": word, "meaning": value}


def _column(text: str, values: list[str]) -> str:
    """Return the column of a survey that a heading, or what stands under it, tells, if any."""
    key = normalise(text.rpartition("/")[2])
    known = (c for c, heads in kinds()["survey"].columns.items() if key in heads)
    personal = (c for c, p in _PERSONAL.items() if re.search(p, text, re.IGNORECASE))
    if column := next(known, next(personal, "")):
        return "" if column in ("number", "time") else column
    named = [framework.load().match("pillar", value) for value in values]
    return "pillar" if named and all(len(ids) == 1 for ids in named) else ""


def _block(heads: list[str], told_by: Set[str], tell: Tell) -> dict[str, str]:
    """Return pillar and programme of a block of statements, where no column tells them."""
    fw, of = framework.load(), f"untuk pernyataan {heads[0]!r} dan seterusnya"
    named = [*{id_ for text in heads for id_ in fw.named_in("pillar", text)}]
    if len(named) != 1 and "pillar" not in told_by:
        named = fw.match("pillar", tell("pillar", f"pilar {of}", fw.spelled("pillar")))
    said = {"pillar": named[0]} if len(named) == 1 else {}
    if "programme" not in told_by:
        programme = tell("programme", f"program atau quick win {of} (- bila tidak disebut)", ())
        said |= {"programme": programme} if programme != "-" else {}
    return said


def _answers(seen: set[str], own: Mapping[str, str], tell: Tell) -> dict[str, str]:
    """Return what each answer means: as told, by its word on record, or by the scale as told."""
    left = seen - own.keys() - {"", *words("furniture", "nothing")}
    asked = {word for word in left if not word.isdecimal()}
    is_five = any(_meant().get(word) == "2" for word in asked)  # the middle one is there
    scale: dict[str, str] = {}
    if left - asked or (asked and not is_five):
        question = "skala formulir (skala lain: --answer 'JAWABAN=NILAI' untuk tiap jawaban)"
        scale = _SCALES[tell("scale", question, _SCALES)]
    if left - scale.keys() - _meant().keys():
        raise SourceError("ada jawaban di luar skala itu; sebut artinya: --answer 'JAWABAN=NILAI'")
    same = (of for of in _words() if asked <= {*map(answer_key, of)})
    meant = {w: _meant()[answer_key(w)] for w in next(same, sorted(asked)) if asked}
    return meant | (scale if left - asked else {}) | dict(own)


def _statistic_lines(grid: Grid, tell: Tell) -> Iterator[dict[str, str]]:
    """Yield a form for each statistic that a table holds, as the office names it."""
    fw, codes = framework.load(), ""
    if table(grid) is None and table(grid, "bps"):
        codes = tell("codes", "kode wilayah di berkas ini menurut siapa", ("bps", "kemendagri"))
    _, _, columns = table(grid, codes) or (0, 0, [])
    if not columns:
        raise SourceError(
            f"{grid.place}: bukan survei dan bukan tabel statistik per daerah; pakai formulir dari"
            " `kukar template`, atau tulis barisnya sendiri (docs/data-masuk.md)"
        )
    for measure in dict.fromkeys(measure for _, _, measure, _ in columns):
        question = f"statistik untuk {measure!r} (- bila tidak dibaca)"
        name = tell("statistic", question, ("-", *fw.spelled("statistic")))
        if name == "-":
            continue
        fact = fw.statistics[fw.match("statistic", name)[0]]
        form = {"form": f"statistik-{fact.statistic}"}
        unit = tell("unit", f"satuan {fact.name} di berkas ini", (fact.unit_of_measure,))
        citation = tell("citation", f"sumber {fact.name}", fw.citations)
        yield form | {"what": "figure", "text": measure, "meaning": fact.statistic}
        yield form | {"what": "unit", "text": unit}
        yield form | {"what": "citation", "text": citation}
        if codes:
            yield form | {"what": "codes", "text": codes}
        if not all(year for _, _, own, year in columns if own == measure):
            year = tell("year", f"tahun {fact.name} di berkas ini", ())
            yield form | {"what": "year", "text": grid.name, "meaning": year}
