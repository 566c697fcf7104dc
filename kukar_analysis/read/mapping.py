"""Reads forms of somebody else's by what the office said of them once, in MAPPINGS.csv.

`heading`: text -> column of a survey (blank: not used), with pillar and programme; `answer`: word
or number -> 0 to 4 (blank: nothing stated); `figure`: what stands over the values, or the file's
name, -> statistic, with `unit`, `citation`, `codes` (whose they are) and `year` (of a file).
"""

import csv
import io
import re
from collections import ChainMap, Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from itertools import count
from pathlib import Path

from kukar_analysis import framework, paths
from kukar_analysis.errors import SourceError, UsageError
from kukar_analysis.framework import normalise
from kukar_analysis.read import files, lists
from kukar_analysis.read.lists import STATEMENT, Found, Grid, Headings, cell, kinds, words
from kukar_analysis.read.source import UNMAPPED, Reading

MAPPINGS = "MAPPINGS.csv"
COLUMNS = ("form", "what", "text", "meaning", "pillar", "programme")
Form = Mapping[str, Mapping[str, Mapping[str, str]]]  # lines by what they say and key of text
_YEAR = re.compile(r"(20\d\d)\s*[*r)]*")  # with the marks of a preliminary figure
_FIGURE = re.compile(r"(?!20\d\d[*r) ]*$)-?\d[\d.,\s]*%?")
_HEADED, _SAMPLED = 3, 200  # rows of headings above values; rows that tell what a column holds
_OF_BLOCK = ("pillar", "sub_dimension", "programme")  # a repeated block has them for itself
_LEAST = 3  # columns of answers from which a list of unknown form may be a survey
_SCALES = {f"{low}-{low + 4}": {str(low + step): str(step) for step in range(5)} for low in (0, 1)}
Tell = Callable[[str, str, Iterable[str]], str]  # (option, question, what is known) -> answer


def load(raw: Path) -> tuple[dict[str, Form], list[str]]:
    """Return the forms of a raw folder's MAPPINGS.csv, and its faults, one line each."""
    try:
        return _parsed((raw / MAPPINGS).read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return {}, []
    except (OSError, UnicodeDecodeError) as error:
        return {}, [f"{MAPPINGS}: tidak terbaca ({error}); simpan sebagai CSV (UTF-8)"]


def _as_text(lines: Iterable[Mapping[str, str]]) -> str:
    written = io.StringIO()
    writer = csv.DictWriter(written, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return written.getvalue()


def _lines(text: str) -> list[dict[str, str]]:
    parted = ";" if ";" in text.partition("\n")[0] else ","  # as Excel saves it here
    return [*csv.DictReader(text.splitlines(), delimiter=parted, restval="")]


@framework.kept(16)
def _parsed(text: str) -> tuple[dict[str, Form], list[str]]:
    fw = framework.load()
    asked = {f"{STATEMENT}{number}" for number in range(1, lists.statements() + 1)}
    columns = {"", *asked, *kinds()["survey"].columns} - {"statement"}
    allowed: dict[str, dict[str, Iterable[str]]] = {
        "heading": {"meaning": columns, "pillar": {"", *fw.pillars}},
        "answer": {"meaning": {"", *"01234"}},
        "figure": {"meaning": fw.statistics},
        "year": {"meaning": {str(year) for year in range(2000, 2100)}},
        **{what: {} for what in ("unit", "citation", "codes")},
    }
    forms: dict[str, dict[str, dict[str, dict[str, str]]]] = {}
    faults, faulty = [], set()
    for number, line in enumerate(_lines(text), start=2):
        if set(line) != {*COLUMNS}:
            return {}, [f"{MAPPINGS} baris {number}: kolomnya harus {','.join(COLUMNS)}"]
        row = {column: text.strip() for column, text in line.items()}
        for column, texts in allowed.get(row["what"], {"what": ()}).items():
            if row[column] not in texts:
                said = f"{column} {row[column]!r} tidak dikenal; perbaiki"
                faults.append(f"{MAPPINGS} baris {number}: {said}")
                faulty.add(row["form"])
        key = {"answer": _answer_key, "figure": _measure_key}.get(row["what"], normalise)
        forms.setdefault(row["form"], {}).setdefault(row["what"], {})[key(row["text"])] = row
    return {name: form for name, form in forms.items() if name not in faulty}, faults


def _answer_key(text: str) -> str:
    """Return what an answer goes by: its word where it has one ("4 - Setuju"), else its number."""
    number = re.match(r"\s*(\d+)(?:[.,]0+)?(?!\d)", text)
    return normalise(text[number.end() :] if number else text) or (number[1] if number else "")


def _measure_key(text: str) -> str:
    """Return what a figure's heading, or the name of its file, goes by, whatever the year."""
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
    """Add a list for each block of a survey whose headings are all those of the mapping."""
    known, answers = form["heading"], form.get("answer", {})
    used = {key for key, row in known.items() if row["meaning"]}
    rows = [[normalise(text) for text in cells] for _, cells in grid.rows[: lists.DEEPEST]]
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
    seen = {_answer_key(cell(texts, i)) for _, texts in below for i in asked} - {""}
    if seen and seen.isdisjoint(answers):
        return  # of another scale: a form of its own
    meant = dict.fromkeys(("", *words("furniture", "nothing")), "")
    meant |= {key: row["meaning"] for key, row in answers.items()}
    for (pillar, programme, time), block in blocks.items():
        if block.keys() != blocks[pillar, programme, 1].keys():
            reading.say("block", grid.place, f"ke-{time}")
            continue
        own = {c: t for c, t in (("pillar", pillar), ("programme", programme)) if t}
        shared = {c: at for c, at in others[1].items() if time == 1 or c not in _OF_BLOCK}
        heads = {c: at for c, at in (shared | others[time]).items() if c not in own} | block
        kept, places = ({i - 1 for _, i in of.values()} for of in (heads, block))
        answered = []
        for number, texts in below:
            said = {i: meant.get(_answer_key(cell(texts, i)), UNMAPPED) for i in places}
            if any(said.values()):
                said |= {i: "" for i in range(len(cells)) if i not in kept}
                answered.append((number, [said.get(i, text) for i, text in enumerate(texts)]))
        if len(answered) < len(below):
            reading.say("unanswered", grid.place, len(below) - len(answered))
        alone = replace(grid, rows=[grid.rows[index], *answered])
        lists.add(alone, Found("survey", heads), lists.named(grid) | own, reading)


def _table(grid: Grid, codes: str = "") -> tuple[int, int, list[tuple[int, str, str, str]]]:
    """Return the regions' column, the first row of values, and (index, heading, measure, year)s."""
    top = grid.rows[:_SAMPLED]
    named_in = Counter(i for _, cells in top for i, t in enumerate(cells) if _region(t, codes))
    at = max(named_in, key=named_in.__getitem__, default=-1)
    valued = (
        n
        for n, (_, cells) in enumerate(top)
        if at >= 0 and cell(cells, at) and any(map(_FIGURE.fullmatch, cells[:at] + cells[at + 1 :]))
    )
    first, found = next(valued, 0), []
    above = [cells for _, cells in grid.rows[max(0, first - _HEADED) : first]]
    for i, stack in enumerate(lists.stacked(above) if first else ()):
        texts = [t for t in stack if not re.fullmatch(r"\(\d+\)", t)] or [""]
        heads = " ".join(dict.fromkeys(t for t in texts if not _YEAR.fullmatch(t))).strip()
        years = [y[1] for t in texts if (y := _YEAR.fullmatch(t))]
        years = years[-1:] or [*{*re.findall(r"\b20\d\d\b", heads)}]
        is_number = i == at or re.match(r"(no|nomor|kode)\b", texts[-1], re.IGNORECASE)
        below = (cell(cells, i) for _, cells in grid.rows[first:])
        if not is_number and any(map(_FIGURE.fullmatch, below)):
            measure = heads or f"{grid.name} {grid.part or ''}".strip()
            found.append((i, texts[-1], measure, years[0] if len(years) == 1 else ""))
    return at, first, found


@framework.kept()
def _region(text: str, codes: str = "") -> str | None:
    """Return the region of a name, with or without its kind, or of a code as `codes` has them."""
    fw = framework.load()
    if re.fullmatch(r"\d\d\.?\d\d", text):
        digits = text.replace(".", "")
        if codes == "bps":
            return {r.bps_code: id_ for id_, r in fw.regions.items()}.get(digits)
        return f"{digits[:2]}.{digits[2:]}" if codes else None
    ids = fw.regions_named(text)
    return ids[0] if len(ids) == 1 else None


def _statistics(grid: Grid, form: Form, reading: Reading) -> None:
    told = {what: next(iter(rows.values()))["text"] for what, rows in form.items()}
    codes, unit = told.get("codes", ""), told.get("unit", "")
    at, first, columns = _table(grid, codes)
    whole = {"indonesia", *words("furniture", "total")}
    whole |= {normalise(region.province) for region in framework.load().regions.values()}
    for i, heading, measure, printed in columns:
        meant = form["figure"].get(_measure_key(measure))
        year = printed or form.get("year", {}).get(normalise(grid.name), {}).get("meaning", "")
        if meant and not year:
            reading.say("no_year", grid.place, f'`kukar map "{grid.name}" --year TAHUN`')
        elif meant:
            width, rows = max(at, i) + 1, list[tuple[int, list[str]]]()
            for number, cells in grid.rows[first:]:
                name, text = cell(cells, at), cell(cells, i)
                region = _region(name, codes)
                if _FIGURE.fullmatch(text) and (region or normalise(name) not in whole):
                    if re.search(r"\s|%", text):  # thousands parted by spaces, 7,61 %
                        text = re.sub(r"\s|%$" if unit == "persen" else r"\s", "", text)
                    own = {at: region or name, i: text}
                    rows.append((number, [own.get(n, "") for n in range(width)]))
            alone = replace(grid, rows=[(0, [""] * width), *rows])
            heads = {"value": (heading, i + 1), "region": ("", at + 1)}
            said = {"year": year, "statistic": meant["meaning"], "unit_of_measure": unit}
            said["citation"] = told.get("citation", "")
            lists.add(alone, Found("official_statistics", heads), said, reading)


def guess(grid: Grid) -> str:
    """Return what a grid in no known form may be, as messages call it; empty for all else."""
    if _statement_columns(grid, {}, []):
        return "survei"
    return "statistik" if any(year for *_, year in _table(grid)[2]) else ""


def dialogue(
    file: Path,
    raw: Path,
    told: Mapping[str, Sequence[str] | None],
    ask: Callable[[str], object] | None,
) -> str:
    """Write the lines that read an unknown file into MAPPINGS.csv; return what was written.

    What is not certain is taken from `told`, by option, or asked by `ask`; UsageError where nobody
    can be asked, SourceError where no line could read the file.
    """
    path = (file if file.exists() else raw / file).resolve()
    if not path.is_relative_to(raw.resolve()):
        raise UsageError(f"{file}: taruh berkasnya dulu di folder tahunnya, mis. data/raw/2023")
    name = path.relative_to(raw.resolve()).as_posix()
    left = {option: iter(given or ()) for option, given in told.items()}

    def tell(option: str, question: str, known: Iterable[str]) -> str:
        among = list(known)
        shown = " | ".join(among[:40])
        said = next(left["years" if option == "year" else option], None)
        if said is None and ask:
            said = str(ask(f"{question} ({shown})" if among else question))
        elif said is None and option == "programme":
            return "-"
        elif said is None:
            raise UsageError(f"{name}: ulangi dengan --{option} ...: {question} ({shown})")
        if among and said not in among:
            raise UsageError(f"--{option} {said!r} tidak dikenal: {shown}")
        return said

    forms, faults = load(raw)
    if faults:
        raise SourceError("; ".join(faults))
    meant = dict(text.rpartition("=")[::2] for text in told["answer"] or ())
    lines: list[dict[str, str]] = []
    found = [grid for grid in files.grids(path, name, Reading()) if grid.rows and not grid.unread]
    # a survey of the project's own form may lack its pillar
    unknown = [g for g in found if (own := lists.recognise(g)).rule or own.kind == "survey"]
    for grid in [grid for grid in unknown if guess(grid)] or unknown[:1]:
        if not read(grid, forms, Reading()):
            lines += _proposed(grid, tell, meant, {*forms})
            known, faults = _parsed(_as_text(lines))
            if faults:
                raise UsageError("; ".join(faults))
            forms |= known
    if not lines:
        return f"{name}: sudah dikenal; `kukar clean` membacanya"
    path = raw / MAPPINGS
    before = _lines(path.read_text(encoding="utf-8-sig")) if path.exists() else []
    paths.write(path, _as_text([*before, *lines]))
    return f"{_as_text(lines)}{len(lines)} baris ditulis ke {MAPPINGS}; jalankan `kukar clean`"


def _proposed(
    grid: Grid, tell: Tell, answers: Mapping[str, str], taken: Set[str]
) -> list[dict[str, str]]:
    own, most = {_answer_key(word): value for word, value in answers.items()}, lists.statements()
    skip: list[str] = []
    while (found := _statement_columns(grid, own, skip)) and len(found[1]) % most:
        listed = ", ".join(repr(grid.rows[found[0]][1][i]) for i in found[1])
        question = f"ada {len(found[1])} kolom jawaban, padahal satu pilar punya {most}"
        skip.append(tell("skip", f"{question} ({listed}); judul mana yang bukan pernyataan", ()))
    rows = _survey_lines(grid, *found, own, tell) if found else _statistic_lines(grid, tell)
    lines = [dict.fromkeys(COLUMNS, "") | row for row in rows]
    bases = {line["form"] for line in lines}
    names = {b: next(f"{b}-{n}" for n in count(1) if f"{b}-{n}" not in taken) for b in bases}
    return [line | {"form": names[line["form"]]} for line in lines]


@framework.kept()
def _words() -> list[dict[str, str]]:
    rows = sorted((x.column, x.headings) for x in framework.load().layouts if x.kind == "answer")
    scales = zip(*(headings.split(" | ") for _, headings in rows), strict=True)
    return [{_answer_key(word): str(step) for step, word in enumerate(of)} for of in scales]


def _statement_columns(
    grid: Grid, own: Mapping[str, str], skip: list[str]
) -> tuple[int, list[int]] | None:
    known = {*own, *map(str, range(11))}.union(*_words())
    left = {"", *kinds()["survey"].words, *map(normalise, skip)}
    keys = [[*map(_answer_key, row)] for _, row in grid.rows[: lists.DEEPEST + _SAMPLED]]
    for index, (_, cells) in enumerate(grid.rows[: lists.DEEPEST]):
        below = [row for row in keys[index + 1 : index + 1 + _SAMPLED] if row != keys[index]]
        found = []
        for i, text in enumerate(cells):
            answers = {cell(row, i) for row in below} - {""}
            is_heading = normalise(text) not in left and keys[index][i] not in known
            if is_heading and answers and answers <= known:
                found.append(i)
        if len(found) >= _LEAST:
            return index, found
    return None


def _survey_lines(
    grid: Grid, index: int, places: list[int], own: Mapping[str, str], tell: Tell
) -> Iterator[dict[str, str]]:
    fw, cells, most = framework.load(), grid.rows[index][1], lists.statements()
    below = [row for _, row in grid.rows[index + 1 :] if row != cells]
    heads = [normalise(text) for text in cells]
    lines: dict[str, dict[str, str]] = {}
    if any(re.search(r"@|\d{6}", text) for text in cells):
        raise SourceError(f"{grid.place}: baris judulnya memuat data orang; beri baris judul")
    for i, text in enumerate(cells):
        if heads[i] and i not in places:
            column = _column(text, [t for row in below if (t := cell(row, i))])
            lines.setdefault(heads[i], {"text": text, "meaning": column})
    pillars = sum(lines.get(key, {}).get("meaning") == "pillar" for key in heads)
    told_by = {line["meaning"] for line in lines.values()} | {*lists.named(grid)}
    if most < len(places) > pillars * most:
        told_by.discard("pillar")  # one cannot tell of several blocks
    for n, block in enumerate(places[n : n + most] for n in range(0, len(places), most)):
        if any(heads[i] in lines for i in block):  # the headings of an earlier block again
            if pillars > n:
                continue
            said = "pernyataan berulang tanpa kolom PILAR; simpan tiap pilar sebagai lembar sendiri"
            raise SourceError(f"{grid.place}: {said}")
        of, more = f"untuk pernyataan {cells[block[0]]!r} dan seterusnya", dict[str, str]()
        ids = [*{id_ for i in block for id_ in fw.named_in("pillar", cells[i])}]
        if len(ids) != 1 and "pillar" not in told_by:
            ids = fw.match("pillar", tell("pillar", f"pilar {of}", fw.spelled("pillar")))
        more |= {"pillar": ids[0]} if len(ids) == 1 else {}
        if "programme" not in told_by:
            programme = tell("programme", f"program atau quick win {of} (- bila tidak disebut)", ())
            more |= {"programme": programme} if programme != "-" else {}
        for number, i in enumerate(block, start=1):
            lines[heads[i]] = {"text": cells[i], "meaning": f"{STATEMENT}{number}"} | more
    yield from ({"form": "survei", "what": "heading"} | line for line in lines.values())
    seen = {_answer_key(cell(row, i)) for row in below for i in places}
    for word, value in _answers(seen, own, tell).items():
        yield {"form": "survei", "what": "answer", "text": word, "meaning": value}


def _column(text: str, values: list[str]) -> str:
    columns, key = kinds()["survey"].columns, normalise(text.rpartition("/")[2])
    known = [column for column, of in columns.items() if key in of]
    for column in (c for c in columns if c.startswith("person_")):  # "Nama aplikasi" is of nobody
        begun = tuple(head for head in columns[column] if len(head) > 3 and head != "nama")
        known += [column] * normalise(text).startswith(begun)
    if known:
        return "" if known[0] in ("number", "time") else known[0]
    ids = [framework.load().match("pillar", value) for value in values]
    return "pillar" if ids and all(len(of) == 1 for of in ids) else ""


def _answers(seen: Set[str], own: Mapping[str, str], tell: Tell) -> dict[str, str]:
    meant = ChainMap(*_words())
    left = seen - own.keys() - {"", *words("furniture", "nothing")}
    asked = {word for word in left if not word.isdecimal()}
    is_five = any(meant.get(word) == "2" for word in asked)  # the middle one is there
    scale: dict[str, str] = {}
    if left - asked or (asked and not is_five):
        question = "skala formulir (skala lain: --answer 'JAWABAN=NILAI' untuk tiap jawaban)"
        scale = _SCALES[tell("scale", question, _SCALES)]
    if left - scale.keys() - meant.keys():
        raise SourceError("ada jawaban di luar skala itu; sebut artinya: --answer 'JAWABAN=NILAI'")
    whole = next((of for of in _words() if asked <= of.keys()), {w: meant[w] for w in asked})
    return (whole if asked else {}) | (scale if left - asked else {}) | dict(own)


def _statistic_lines(grid: Grid, tell: Tell) -> Iterator[dict[str, str]]:
    fw, codes = framework.load(), ""
    if _table(grid)[0] < 0 <= _table(grid, "bps")[0]:
        codes = tell("codes", "kode wilayah di berkas ini menurut siapa", ("bps", "kemendagri"))
    columns = _table(grid, codes)[2]
    if not columns:
        raise SourceError(f"{grid.place}: bukan survei atau tabel daerah; pakai `kukar template`")
    for measure in dict.fromkeys(measure for _, _, measure, _ in columns):
        question = f"statistik untuk {measure!r} (- bila tidak dibaca)"
        name = tell("statistic", question, ("-", *fw.spelled("statistic")))
        if name == "-":
            continue
        fact = fw.statistics[fw.match("statistic", name)[0]]
        unit = tell("unit", f"satuan {fact.name} di berkas ini", (fact.unit_of_measure,))
        citation = tell("citation", f"sumber {fact.name}", fw.citations)
        said = [("figure", measure, fact.statistic), ("unit", unit, ""), ("citation", citation, "")]
        said += [("codes", codes, "")] if codes else []
        if not all(year for _, _, own, year in columns if own == measure):
            said.append(("year", grid.name, tell("year", f"tahun {fact.name} di berkas ini", ())))
        form = f"statistik-{fact.statistic}"
        yield from ({"form": form, "what": w, "text": t, "meaning": m} for w, t, m in said)
