"""Reads the ministry's result letter: a PDF with text, pictures, or both.

A page is words with places; headings part them into tables and notes, and sums prove what is read.
Question scores, rows of the national table, and notes stand each for itself.
"""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from kukar_analysis import framework
from kukar_analysis.errors import SourceError
from kukar_analysis.read.letter import pages, scan, tables
from kukar_analysis.read.lists import begins, words
from kukar_analysis.read.source import Reading, Record, SourceList

_MEAN, _TEXT = (tables.Head("mean", "Rata-Rata", 0, 0),), (tables.Head("text", "Catatan", 0, 0),)


def read(path: Path, name: str, year: int) -> Reading:
    """Return the question scores, means, national table and notes of a letter.

    Raises OSError, and SourceError with everything that is wrong where nothing is kept.
    """
    found = pages.read(path, name)
    parts = tables.split([line for page in found for line in page.lines])
    asked, means = tables.scores(parts)
    nation, unread = tables.national(parts, year)
    notes = tables.notes(parts)
    edition, wrong = tables.edition(asked, means, year) if asked else ("", [])
    region, unnamed = _region(found, name) if asked or notes else ("", [])
    own = {"region": region} | {r.cells["component"]: r.cells["mean"] for r in means if not wrong}
    wrong += [said for table in nation for said in tables.check(table, edition, year, own)]
    reading = Reading()
    pictured = [page.number for page in found if "picture" in page.faults]
    if pictured and scan.is_here():
        own = {"region": region} if wrong else own
        scanned, reading.pictures = scan.read(path, pictured, name, year, own)
        nation += scanned
        held = {row.at.page for table in scanned for row in table.rows}
        found = [page for page in found if page.number not in held]
    kinds = [(tables.NATIONAL, t.heads, t.rows, dict[str, str]()) for t in nation]
    about = {"year": str(year), "region": region}
    of = about | {"edition": edition}
    if region and not wrong:
        heads = next((part.heads for part in parts if part.kind == tables.SCORES), ())
        heads = tuple(h._replace(column="code") if h.column == "question" else h for h in heads)
        kinds += [("question_scores", heads, asked, of), ("component_scores", _MEAN, means, of)]
        reading.notes += [
            f"{name}: komponen {component} tanpa rata-rata tercetak: nilai butirnya tidak terbukti"
            for component in sorted({row.cells["component"] for row in asked} - own.keys())
        ]
    kinds += [("assessor_notes", _TEXT, notes, about)] if region else []
    for kind, heads, its, more in kinds:
        on_page, records = Counter[int](), list[Record]()
        for row in its:
            on_page[page := row.at.page] += 1
            said = row.cells | more, ", ".join(row.faults) or None, str(page), False, row.is_scanned
            records.append(Record(on_page[page], *said))
        places = {head.column: (head.text, i) for i, head in enumerate(heads, 1) if head.column}
        if records:
            reading.lists.append(SourceList(name, "letter", kind, places, records))
    for fault, what in pages.FAULTS.items():
        numbers = ", ".join(str(page.number) for page in found if fault in page.faults)
        if numbers:
            reading.problems.append(f"{name}: halaman {numbers} {what.format(year=year)}")
    if wrong := [*wrong, *unread, *unnamed]:
        kept = ", ".join(dict.fromkeys(each.kind for each in reading.lists)) or "tidak ada"
        advice = f"yang tidak terbaca, ketik ke formulir `kukar template letter {year}`"
        what = f"{'; '.join(wrong)}. Bandingkan dengan cetakannya; {advice}"
        reading.problems.append(f"{name}: yang disimpan hanya: {kept}; {what}")
    elif not asked:
        what = "tabel nilai butir tidak dikenali; bila ada, tambahkan judulnya di layouts.csv"
        reading.problems.append(f"{name}: {what}")
    if not reading.lists:
        raise SourceError("; ".join(reading.problems))
    return reading


def _region(found: Sequence[pages.LetterPage], name: str) -> tuple[str, list[str]]:
    fw = framework.load()
    titles = dict.fromkeys(words("letter", "regent"), "kab")
    titles |= dict.fromkeys(words("letter", "mayor"), "kota")
    lines = [line.text for page in [p for p in found if p.lines][:2] for line in page.lines]
    begun = [i for i, text in enumerate(lines) if begins(text, "addressee", "letter")]
    plain = [re.sub(r"\w+", lambda w: titles.get(w[0].casefold(), w[0]), x) for x in lines]
    said = [" / ".join(plain[i : i + n]) for n in (1, 2, 3) for i in begun]
    address = next(filter(None, (fw.named_in("region", text) for text in said)), [])
    named = [address, fw.named_in("region", Path(name).stem)]
    sure = {codes[0] for codes in named if len(codes) == 1}
    if len(sure) == 1:
        return sure.pop(), []
    listed = ", ".join(fw.regions[code].name for code in sorted({*named[0], *named[1]})) or "–"
    code = address[0] if len(address) == 1 else "64.02"  # so called it agrees with its address
    unsure = f"daerahnya tidak pasti, di alamat dan nama berkasnya terbaca: {listed}; tulis kodenya"
    return "", [f"{unsure} di nama berkas, seperti `{Path(name).parent}/surat-{code}.pdf`"]
