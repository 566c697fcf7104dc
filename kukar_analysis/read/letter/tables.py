"""Parts a letter by its headings, and takes from the parts what they say: scores, rows, notes.

A table begins where known headings stand side by side; a word belongs to the nearest of them.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby, takewhile
from typing import NamedTuple

from kukar_analysis import framework
from kukar_analysis.framework import normalise
from kukar_analysis.framework.facts import NOTE_KINDS
from kukar_analysis.read import source
from kukar_analysis.read.letter.pages import PageLine, PageWord, lines_of
from kukar_analysis.read.lists import SIGNED, begins
from kukar_analysis.read.lists import words as labels

SCORES, NATIONAL, NOTES = "scores", "national_table", "notes"
NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_SCORE_COLUMNS = ("number", "indicator", "sub_indicator", "code", "question", "score")
_NEXT_LINE, _TALLEST = 1.9, 4  # heights of a word between two lines of headings, and their number
_TOUCH = 1.0  # points by which headings side by side may overlap in a scan
_COVERED = 0.6  # part of the words that belong to known headings; in a sentence it is less
_FEWEST, _FIGURES = 4, 3  # of the components and index: headings and figures of a national row
_RUNNING = 0.75  # of the pages have a running header or footer
_TITLE, _TITLES = 8, 12  # words of a section's title, and lines above a table that name its group
TEXTS = ("region", "group", "participated")
_ADVICE = "tambahkan judul yang tercetak ke definitions/layouts.csv (kind national_table)"
_CODE = re.compile(r"(\d{1,2}(?:\.\d{1,2}){1,3})\.?(?![\d.,])")
_FIGURE = re.compile(r"[-−–+]?\d+(?:[.,]\d+)?|[-–—]|\d+\.")
_NEAR = 2.6  # heights of a word from a wrapped name to its row
_NUMBERED = re.compile(r"\d{1,2}[.)]\s+")
_LETTERED = re.compile(r"(?:[a-z]{1,4}|\d{1,2})[.)]\s+(.*)|[-•▪●◦*]\s+(.*)")
_INDENT, _INNER = 6.0, 60.0  # points by which a note's parts stand further in, at least and most
_PARAGRAPH = 1.7  # heights of a word between a paragraph and the line above


class Head(NamedTuple):
    """A heading as printed and where it stands; `column` is ours, or nothing if not known."""

    column: str
    text: str
    x0: float
    x1: float


Heads = tuple[Head, ...]


class Part(NamedTuple):
    """Lines below a heading; `what` is the component, the kind of notes, or what stands above."""

    kind: str
    what: str
    heads: Heads
    lines: list[PageLine]


def split(lines: Sequence[PageLine]) -> list[Part]:
    """Return the parts of a letter in their order; its text is a part without a kind."""

    def keys(line: PageLine) -> set[tuple[int, str]]:
        shifted = re.sub(r"\d+", lambda m: f"#{int(m[0]) - line.at.page}", line.text, count=1)
        texts = () if re.search(r"\d[.,]\d", line.text) else (line.text, shifted)
        return {(round(line.at.middle), text) for text in texts}

    often = Counter(key for line in lines for key in keys(line))
    sheets = [[*own] for _, own in groupby(lines, lambda line: line.at.page)]
    running = {key for key, count in often.items() if count >= max(2, _RUNNING * len(sheets))}
    edges = [sheet[::way][:4] for sheet in sheets for way in (1, -1)]
    skipped = {x for edge in edges for x in takewhile(lambda y: keys(y) & running, edge)}
    parts = [Part("", "", (), [])]
    component, skip = "", 0
    for i, line in enumerate(lines):
        last = parts[-1]
        # below headings their numbers or weights may stand
        is_counted = len(line.words) > 2 and not re.search(r"[^\d\s()%]", line.text)
        if i < skip or (last.heads and not last.lines and is_counted):
            continue
        bare = re.sub(r"^(?:[A-Z]|[IVX]+|\d)\s*[.)]\s*", "", line.text)
        notes = [k for k in NOTE_KINDS if normalise(bare) in labels("letter", k)]
        kind, heads, size = _heading(lines, i)
        named = _component(line.text)
        begun = named and (not last.kind or any(map(_is_mean, last.lines)))
        if kind:
            component, skip = component if kind == SCORES else "", i + size
            above = " ".join(other.text for other in lines[max(0, i - _TITLES) : i])
            parts.append(Part(kind, component if kind == SCORES else above, heads, []))
        elif line in skipped:
            continue
        elif notes and bare[:1].isupper() and not bare.endswith("."):
            component = ""
            parts.append(Part(NOTES, notes[0], (), []))
        # a component begins a section after the mean of the one before, or above headings
        elif named and (begun or _heading(lines, i + 1)[0] == SCORES):
            component, heads = named, last.heads if last.kind == SCORES else ()
            parts.append(Part(SCORES if heads else "", named, heads, []))
        else:
            last.lines.append(line)
    return parts


def _component(text: str) -> str:
    words = re.findall(r"[^\W\d_]{2,}", text)
    bare = (w for w in words if normalise(w) not in labels("letter", "title"))
    is_title = len(words) <= _TITLE and not re.search(r"\d[.,]\d", text)
    ids = framework.load().match("component", " ".join(bare)) if is_title else []
    return ids[0] if len(ids) == 1 else ""


def _is_mean(line: PageLine) -> bool:
    said = re.fullmatch(r"(.+)\s\d+(?:[.,]\d+)?", line.text)
    plain, means = normalise(said[1]) if said else "", labels("letter", "mean")
    return plain in means or bool(said and plain.startswith(means) and _component(said[1]))


def _nearest(heads: Iterable[Head], phrase: Sequence[PageWord]) -> str:
    x0, x1 = phrase[0].x0, phrase[-1].x1
    apart = {h: (max(h.x0 - x1, x0 - h.x1, 0.0), abs(h.x0 + h.x1 - x0 - x1)) for h in heads}
    return min(apart, key=apart.__getitem__).column


def _text_of(words: Iterable[PageWord]) -> str:
    return " ".join(line.text for line in lines_of(words))


def _heading(lines: Sequence[PageLine], start: int) -> tuple[str, Heads, int]:
    block = [*lines[start : start + 1]]
    for line in lines[start + 1 : start + _TALLEST]:
        apart = line.at.middle - block[-1].at.middle
        if line.at.page != block[-1].at.page or apart > _NEXT_LINE * line.at.height:
            break
        block.append(line)
    tried = [_row(block[:size]) for size in range(1, len(block) + 1)] or [()]
    columns = [{head.column for head in heads} - {""} for heads in tried]
    heads, found = max(zip(tried, columns, strict=True), key=lambda of: len(of[1]))
    size = 1 + tried.index(heads)
    known, every = (" ".join(h.text for h in heads if h.column or n).split() for n in (0, 1))
    # without its first line it may have as many: then that is no part of it
    rest = {head.column for head in _row(block[1:size])} - {""}
    if len(known) < _COVERED * len(every) or len(rest) >= len(found):
        return "", (), 0
    if len(found & {*framework.load().components, "index"}) >= _FEWEST:
        return NATIONAL, heads, size
    is_scores = found & {"score", "index"} and ("question" in found or len(found) > 2)
    heads = tuple(h._replace(column="score") if h.column == "index" else h for h in heads)
    return (SCORES, heads, size) if is_scores else ("", (), 0)


def _row(block: Sequence[PageLine]) -> Heads:
    known, stacks = _known(), list[list[PageWord]]()
    pieces = [part for line in block for phrase in line.phrases() for part in _parted(phrase)]
    for piece in sorted(pieces, key=lambda p: p[0].x0):
        if not stacks or piece[0].x0 >= max(word.x1 for word in stacks[-1]) - _TOUCH:
            stacks.append([])
        stacks[-1] += piece
    ends = [(min(w.x0 for w in own), max(w.x1 for w in own)) for own in stacks]
    texts = [_text_of(own) for own in stacks]
    return tuple(Head(known.get(_plain(t), ""), t, *x) for t, x in zip(texts, ends, strict=True))


def _parted(phrase: tuple[PageWord, ...]) -> list[tuple[PageWord, ...]]:
    # into known headings, the longest first; the rest is one that is not known
    for end in range(len(phrase), 0, -1):
        if _plain(" ".join(word.text for word in phrase[:end])) in _known():
            return [phrase[:end], *(_parted(phrase[end:]) if phrase[end:] else [])]
    return [phrase]


@framework.kept()
def _known() -> dict[str, str]:
    own = dict.fromkeys(_SCORE_COLUMNS, "letter")
    own |= {x.column: NATIONAL for x in framework.load().layouts if x.kind == NATIONAL}
    return {label: column for column, kind in own.items() for label in labels(kind, column)}


@lru_cache(maxsize=20_000)
def _plain(text: str) -> str:
    """Normalise a heading without the weight or number that stands below it, as `(10%)`."""
    return normalise(re.sub(r"\(?\b\d+\s?%\)?|\(\w{1,3}\)", "", text))


@dataclass
class Row:
    """What a letter says at a place: cells by our column, and what speaks against them."""

    at: PageWord
    cells: dict[str, str]
    faults: list[str] = field(default_factory=list)
    heads: Heads = ()
    is_scanned: bool = False


def scores(parts: Sequence[Part]) -> tuple[list[Row], list[Row]]:
    """Return rows of question scores (lone numbers, each section to its mean), and of the means."""
    found: dict[str, dict[str, list[PageWord]]] = {}
    for part in (part for part in parts if part.kind == SCORES):
        own = found.setdefault(part.what, {"score": [], "code": [], "mean": []})
        column = "code" if any(head.column == "code" for head in part.heads) else "question"
        for line in part.lines:
            own["mean"] += [line.words[-1]] * _is_mean(line)
            for first, *more in () if own["mean"] else line.phrases():
                under = _nearest(part.heads, [first, *more])
                if under == "score" and not more and NUMBER.fullmatch(first.text):
                    own["score"].append(first)
                elif under == column and (matched := _CODE.match(first.text)):
                    own["code"].append(first._replace(text=matched[1]))
    asked, means = [], []
    for component, own in found.items():
        words, codes = own["score"], [word.text for word in own["code"]]
        codes = codes if len(codes) == len(words) else ["?" if codes else ""] * len(words)
        for number, (word, code) in enumerate(zip(words, codes, strict=True), 1):
            cells = {"component": component, "number": str(number), "code": code}
            asked.append(Row(word, cells | {"score": word.text, "source": "assessor"}))
        stated = own["mean"][:1] if words else []
        means += [Row(word, {"component": component, "mean": word.text}) for word in stated]
    return asked, means


def edition(asked: Sequence[Row], means: Sequence[Row], year: int) -> tuple[str, list[str]]:
    """Return the edition of the year that the scores fit, and what of them is wrong."""
    fw, given, fits, why = framework.load(), defaultdict[str, list[str]](list), [], []
    for row in asked:
        given[row.cells["component"]].append(row.cells["score"])
    for id_ in (id_ for id_ in fw.edition_questions if fw.editions[id_].year == year):
        due = defaultdict[str, list[str]](list)
        for question in sorted(fw.edition_questions[id_].values(), key=lambda q: q.number):
            due[fw.questions[question.question].component].append(question.code)
        wanted = [(component, code) for component in given for code in due[component]]
        off = [
            f"{c or 'tabel tanpa judul'} memuat {len(given[c])} nilai, seharusnya {len(due[c])}"
            for c in dict.fromkeys([*due, *given])
            if len(given[c]) != len(due[c])
        ] or [
            f"{component} berkode {row.cells['code']}, seharusnya {code}"
            for row, (component, code) in zip(asked, wanted, strict=True)
            if row.cells["code"] and normalise(row.cells["code"]) != normalise(code)
        ]
        why += [f"edisi {id_} berbeda: {', '.join(off)}"] * bool(off)
        fits += [id_] * (not off)
    if len(fits) != 1:
        said = f"nilainya cocok dengan {len(fits)} edisi {year} yang butirnya tercatat"
        return "", [said, *(why or [fw.to_define(year)])]
    stated = {row.cells["component"]: row.cells["mean"] for row in means}
    return fits[0], source.differences(fits[0], given, stated, None)


@dataclass
class National:
    """A table: its headings, the one that is known by its place alone, what stands above it."""

    heads: Heads
    guess: str
    above: str
    rows: list[Row] = field(default_factory=list)


def national(parts: Sequence[Part], year: int) -> tuple[list[National], list[str]]:
    """Return the national tables, and why others were not read; same columns are one table."""
    found, problems = list[National](), list[str]()
    for part in (part for part in parts if part.kind == NATIONAL and part.lines):
        heads, guess, lacking = _identified(part.heads, part.lines)
        if lacking:
            said = f"halaman {part.lines[0].at.page}: di tabel nasional tidak ada judul yang"
            problems.append(f"{said} dikenal untuk {', '.join(lacking)}; {_ADVICE}")
            continue
        if not found or {h.column for h in found[-1].heads} != {h.column for h in heads}:
            found.append(National(heads, guess, part.what))
        found[-1].rows += _rows(heads, part.lines, year)
    return found, problems


def _identified(heads: Heads, below: Sequence[PageLine]) -> tuple[Heads, str, list[str]]:
    # unknown headings are named by what stands under them, or one by its place
    fw, order = framework.load(), [*framework.load().components, "index"]
    needed = {x.column for x in fw.layouts if x.kind == NATIONAL and x.required == "yes"}
    phrases = [phrase for line in below for phrase in line.phrases()]
    names = [p for p in phrases if fw.match("region", _text_of(p).lstrip("0123456789. "))]
    if names and all(head.column != "region" for head in heads):
        x0, x1 = min(p[0].x0 for p in names), max(p[-1].x1 for p in names)
        over = [h for h in heads if not h.column and h.x0 < x1 and x0 < h.x1]
        own = (over or [Head("", "", x0, x1)])[0]
        heads = (*(h for h in heads if h != own), own._replace(column="region"))
    lacking = sorted(needed - {head.column for head in heads})
    fitting = []
    for head in heads if len(lacking) == 1 and lacking[0] in order else ():
        row = (*(h for h in heads if h != head), head._replace(column=lacking[0]))
        known = [h.column for h in sorted(row, key=lambda h: h.x0) if h.column in order]
        fitting += [row] * (not head.column and known == sorted(known, key=order.index))
    return (fitting[0], lacking[0], []) if len(fitting) == 1 else (heads, "", lacking)


def _rows(heads: Heads, lines: Sequence[PageLine], year: int) -> list[Row]:
    """Return the lines with figures; pieces of a wrapped name go to the row that is nearest."""
    placed: list[tuple[PageWord, dict[str, list[PageWord]]]] = []
    loose = []
    for line in lines:
        said: dict[str, list[PageWord]] = defaultdict(list)
        for word in line.words:
            is_text = not _FIGURE.fullmatch(word.text)
            rivals = [h for h in heads if h.column and (h.column in TEXTS) == is_text]
            said[_nearest(rivals, [word])].append(word)
        is_row = len(said.keys() - {*TEXTS, "number"}) >= _FIGURES
        loose += [(line.at, said)] * (said.keys() <= {*TEXTS})
        placed += [(line.at, said)] * is_row
    rows = [(Row(at, {}, [], heads), said) for at, said in placed]
    while loose and placed:  # from piece to piece: lines of one cell stand closest
        apart, i, row = min(
            (round(abs(at.middle - to.middle)) if at.page == to.page else 10**6, i, j)
            for i, (at, _) in enumerate(loose)
            for j, (to, _) in enumerate(placed)
        )
        at, said = loose.pop(i)
        if apart <= _NEAR * at.height:
            for column, words in said.items():
                placed[row][1][column] += words
            placed.append((at, placed[row][1]))
    for each, said in rows:
        cells = {h.column: _text_of(said[h.column]) for h in heads if h.column}
        each.cells = cells | {"year": str(year)}
        several = [column for column, words in said.items() if len(words) > 1]
        each.faults += [f"di bawah {c} ada dua angka" for c in several if c not in TEXTS]
    return [row for row, _ in rows]


def check(
    table: National, edition: str, year: int, own: Mapping[str, str], *, is_scan: bool = False
) -> list[str]:
    """Add what speaks against the rows, and return what contradicts `own`, the rest of the letter.

    A scanned row is kept only where its region, group and sums are known.
    """
    fw = framework.load()
    groups = fw.named_in("group", table.above)
    # a column of remarks ("tidak mengisi") may go by the same heading
    is_stated = any(fw.match("group", row.cells.get("group", "")) for row in table.rows)
    contrary: list[str] = []
    for row in table.rows:
        cells = row.cells
        if len(groups) == 1 and not is_stated:
            cells["group"] = groups[0]
        group, region = (fw.match(kind, cells.get(kind, "")) for kind in ("group", "region"))
        is_own = region == [own["region"]]
        rules = f"{year}-{group[0]}" if len(group) == 1 else edition if is_own else ""
        weights = fw.weights.get(rules, {})
        lacking = [c for c in (*weights, "index") if not NUMBER.fullmatch(cells.get(c, ""))]
        if weights and not lacking:
            printed = {component: cells[component] for component in weights}
            row.faults += source.differences(rules, {}, printed, cells["index"])
        if table.guess and (lacking or not weights or not re.search("[1-9]", cells["index"])):
            said = f"kolom {table.guess} dikenal dari letaknya saja, tanpa jumlah yang"
            row.faults.append(f"{said} membuktikannya; {_ADVICE}")
        lacking += ["region"] * (len(region) != 1) + ["group"] * (not weights) if is_scan else []
        unread = [f"{c} {cells.get(c, '')!r}" for c in lacking if is_scan or cells.get(c) == ""]
        row.faults += [f"tidak terbaca atau tidak dikenal: {', '.join(unread)}"] * bool(unread)
        for column in own.keys() & cells.keys() - {"region"} if is_own else ():
            if source.unequal(cells[column], own[column]):
                said = f"{column} tercetak {cells[column]!r}, di bagian lain surat ini"
                contrary.append(f"{said} {own[column]!r}")
                row.faults.append(contrary[-1])
    return contrary


def notes(parts: Sequence[Part]) -> list[Row]:
    """Return the notes of a letter, without the names of who wrote them."""
    persons: list[str] = []
    found = [note for part in parts if part.kind == NOTES for note in _notes(part, persons)]
    named = "|".join(re.escape(name) for name in persons if " " in name) or "(?!)"
    for note in found:
        note.cells["text"] = re.sub(named, "asesor", note.cells["text"], flags=re.IGNORECASE)
        smart = re.findall(r"\bsmart\s+(?:e-)?[^\W\d_]+", note.cells["text"], re.IGNORECASE)
        pillars = {id_ for words in smart for id_ in framework.load().match("pillar", words)}
        note.cells["pillar"] = pillars.pop() if len(pillars) == 1 else ""
    return found


def _notes(part: Part, persons: list[str]) -> list[Row]:
    found: list[Row] = []
    note: Row | None = None
    marker, is_named = float("inf"), False  # the rest of an institution may follow, to its colon
    for before, line in zip([None, *part.lines], part.lines, strict=False):
        if _closes(line, before, note):
            break
        text, marked = line.text, _LETTERED.fullmatch(line.text)
        is_inner = line.at.x0 > marker + _INDENT
        if not is_inner and _is_person(text):
            name, colon, text = _NUMBERED.sub("", text, count=1).partition(":")
            persons.append(name.split(",")[0].strip())
            note, marker, is_named = None, float("inf"), not colon
        elif is_named and text.endswith(":"):
            is_named, text = False, ""
        elif marked and not is_inner:
            note, marker, text, is_named = None, line.at.x0, marked[1] or marked[2], False
        if text.strip():
            if not note:
                found.append(note := Row(line.at, {"kind": part.what, "text": ""}))
            note.cells["text"] = f"{note.cells['text']} {text.strip()}".strip()
    return found


def _is_person(text: str) -> bool:
    name, colon, _ = _NUMBERED.sub("", text, count=1).partition(":")
    words = re.findall(r"(?!(?:dan|dari|di|of|the|and|for|pada)\b)\b[^\W\d_]+", name)
    enough = 0.6 if colon else 0.8 if "," in name else 1.0
    is_one = _NUMBERED.match(text) or (colon and "," in name)
    is_named = sum(word[0].isupper() for word in words) >= enough * max(2, len(words))
    known = [x for kind in ("pillar", "component") for x in framework.load().match(kind, name)]
    return bool(is_one and is_named and not known)


def _closes(line: PageLine, before: PageLine | None, note: Row | None) -> bool:
    is_near = before and 0 <= line.at.middle - before.at.middle <= _PARAGRAPH * line.at.height
    is_inner = is_near and note and -1 <= line.at.x0 - note.at.x0 <= _INNER
    is_word = begins(line.text, "closing", "letter") or begins(line.text, "signature")
    is_word = is_word and not is_inner and line.text[0].isupper()
    return is_word or bool(SIGNED.fullmatch(line.text))
