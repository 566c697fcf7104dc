"""Tables of programmes: by status, target against realisation, and what to look at first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from kukar_analysis import display, formats, framework, places, store
from kukar_analysis.analysis import gaps, programmes, quality
from kukar_analysis.display import Column, Shown
from kukar_analysis.facts import HOW_KNOWN, PROGRAMME_STATUS, AchievementBand
from kukar_analysis.formats import number
from kukar_analysis.tables.common import columns, table_or_place

UNKNOWN = "tidak tercatat"
_BY = {"pillar": "Pilar", "digital_part": "Bagian transformasi digital"}
_BAND_RULE = "Capaian = realisasi / target; pita ditentukan sebelum angkanya dibulatkan."


def files(*origins: pd.Series) -> str:
    """Name the files that rows came from, as a source; the sample's as invented."""
    found = pd.concat(origins).dropna().map(places.file_of)
    names = formats.listed(sorted(found.unique()))
    if store.is_sample():
        return f"Sumber: {framework.load().citations['sample'].title}; {names}."
    return f"Sumber: {names}."


def status_word(status: Any) -> str:
    """Return a status in the reader's words."""
    return UNKNOWN if pd.isna(status) else framework.load().word("status", status)


def percent(row: Any) -> str:
    """Return a programme's achievement as `71,88%`, or why there is none."""
    if pd.notna(row.percent):
        return f"{number(row.percent)}%"
    return "tidak dapat dihitung: target tidak di atas 0" if row.lacks == "zero_target" else UNKNOWN


def band_name(row: Any) -> str:
    """Return a programme's band, marked where the target is exceeded."""
    if pd.isna(row.band):
        return formats.NOTHING
    name = framework.load().achievement_bands[row.band].name
    return f"{name} (melampaui target)" if row.exceeds else name


def programme_status(year: Any, region: Any, by: programmes.By) -> Shown:
    """Programmes by status and their budget, a line a pillar or digital part."""
    words = [framework.load().word("status", s).capitalize() for s in PROGRAMME_STATUS]
    labels = ["Program tercatat", *words, "Status tidak tercatat"]
    fields = ["programmes", *PROGRAMME_STATUS, programmes.NOT_STATED]
    money = ["Anggaran (rupiah)", "Tanpa anggaran tercatat"]
    return _summary(
        year,
        region,
        by,
        "Program menurut status",
        [*labels, *money],
        [*fields, "budget", "without_budget"],
        "Anggaran dijumlahkan dari program yang mencatatnya.",
    )


def programme_achievement(year: Any, region: Any, by: programmes.By) -> Shown:
    """Programmes by band of achievement, a line a pillar or digital part."""
    bands = framework.load().achievement_bands
    names = [b.name for b in bands.values()]
    return _summary(
        year,
        region,
        by,
        "Program menurut capaian terhadap target",
        ["Program tercatat", "Ada persentase", *names, "Di antaranya melampaui target"],
        ["programmes", "rated", *bands, "exceeds"],
        _BAND_RULE,
    )


def programme_list(year: Any, region: Any) -> Shown:
    """Every programme with its agency, status, target, realisation, band and budget."""
    fw = framework.load()
    year, code, found = _asked(year, region)
    return table_or_place(
        found,
        f"Program {fw.regions[code].name} {year}",
        [
            *(Column(label) for label in ("Program", "Pilar", "OPD", "Status")),
            *columns(["", "Target", "Realisasi", "Capaian"])[1:],
            Column("Pita"),
            Column("Anggaran (rupiah)", True),
            Column("Asal"),
        ],
        lambda p: [
            *_head(p),
            _amount(p.target),
            _amount(p.realisation),
            percent(p),
            band_name(p),
            _amount(p.budget),
            p.origin,
        ],
        note=f"{formats.NOTHING} = tidak tercatat. {_BAND_RULE}",
        **_empty(year, code),
    )


def pressing_programmes(year: Any, region: Any) -> Shown:
    """Programmes that are not begun or lie in the lowest band."""
    year, code, found = _asked(year, region)
    pressing = programmes.pressing(found)
    if len(found) and pressing.empty:
        said = "Tidak ada program yang tercatat belum dimulai atau pada pita terendah."
        return display.prose(f"{said} {_unsaid(found)}")
    return table_or_place(
        pressing,
        f"Program {year} yang belum dimulai atau berada pada pita terendah",
        [Column(label) for label in ("Program", "Pilar", "OPD", "Status", "Capaian", "Pita")],
        lambda p: [*_head(p), percent(p), band_name(p)],
        note=f"Per pilar, capaian terendah lebih dahulu. {_BAND_RULE} {_unsaid(found)}",
        **_empty(year, code),
    )


def programme_contradictions(year: Any, region: Any) -> Shown:
    """Programmes said to be not begun that have a realisation."""
    year, code, found = _asked(year, region)
    contrary = programmes.contradictions(found)
    if len(found) and contrary.empty:
        said = "Tidak ada program yang tercatat belum dimulai tetapi punya realisasi."
        return display.prose(f"{said} {_unsaid(found)}")
    return table_or_place(
        contrary,
        f"Program {year} yang disebut belum dimulai, tetapi mencatat realisasi",
        [
            *(Column(label) for label in ("Program", "Pilar", "OPD", "Status")),
            Column("Realisasi", True),
            Column("Asal"),
        ],
        lambda p: [*_head(p), _amount(p.realisation), p.origin],
        note="Salah satu dari keduanya keliru; yang mana harus ditanyakan kepada OPD-nya.",
        **_empty(year, code),
    )


def achievement_bands() -> Shown:
    """Return the five bands as printed, and from where each begins here."""
    fw = framework.load()
    bands = list(fw.achievement_bands.values())
    rows = [
        [
            b.name,
            f"{b.lowest}–{b.highest}" if b.lowest is not None else f"≤ {b.highest}",
            _begins(b, above),
            HOW_KNOWN[b.status],
            fw.citations[b.citation].title,
        ]
        for above, b in zip([None, *bands[:-1]], bands, strict=True)
    ]
    heads = ["Pita", "Tercetak (persen)", "Berlaku di sini (persen)", "Mutu", "Sumber"]
    return display.table(
        "Pita capaian: realisasi terhadap target",
        [Column(head) for head in heads],
        rows,
        note="Batas tercetak berupa persen bulat dan menyisakan celah. Di sini pita dimulai ketika"
        " batas bawahnya tercapai: 90,5% adalah Baik. Di atas 100% tetap pita tertinggi, dengan"
        " tanda melampaui target.",
    )


def _begins(band: AchievementBand, above: AchievementBand | None) -> str:
    begins = "" if band.lowest is None else f"{band.lowest} ke atas"
    ends = "" if above is None else f"di bawah {above.lowest}"
    return ", ".join(part for part in (begins, ends) if part)


def _summary(
    year: Any,
    region: Any,
    by: programmes.By,
    caption: str,
    labels: list[str],
    fields: list[str],
    note: str,
) -> Shown:
    fw = framework.load()
    year, code, found = _asked(year, region)
    if found.empty:
        return display.empty_place(**_place(year, code))
    lines = programmes.summary(found, by).to_dict("records")
    names = [_part(by, line[by]) for line in lines] + ["Jumlah"]
    rows = [
        [name, *(_cell(line, field) for field in fields)]
        for name, line in zip(names, [*lines, programmes.counts(found)], strict=True)
    ]
    return display.table(
        f"{caption}, {fw.regions[code].name} {year}",
        columns([_BY[by], *labels]),
        rows,
        marked=[len(rows) - 1],
        note=f"{note} {formats.NOTHING} = tidak tercatat. {files(found['origin'])}",
    )


def _cell(line: Mapping[str, Any], field: str) -> str:
    """Return a figure; nothing where none of the programmes says what it would count."""
    if field in PROGRAMME_STATUS:
        silent = line[programmes.NOT_STATED] == line["programmes"] > 0
    else:
        counted = field == "exceeds" or field in framework.load().achievement_bands
        silent = counted and line["rated"] == 0 < line["programmes"]
    return formats.NOTHING if silent else _amount(line[field])


def _asked(year: Any, region: Any) -> tuple[int, str, pd.DataFrame]:
    year, code = quality.year(year), framework.load().region(region).region
    return year, code, programmes.progress(year, code)


def _unsaid(found: pd.DataFrame) -> str:
    """Say of how many programmes a list of some of them knows nothing."""
    status, rated = int(found["status"].isna().sum()), int(found["lacks"].notna().sum())
    if not status + rated:
        return "Status dan capaian semua program tercatat."
    return (
        f"Dari {len(found)} program, {status} tidak mencatat status dan {rated} tidak punya"
        " persentase; tentang itu daftar ini tidak dapat berkata apa-apa."
    )


def _head(p: Any) -> list[str]:
    fw = framework.load()
    agency = UNKNOWN if pd.isna(p.opd) else fw.opd[p.opd].name
    return [p.programme, fw.pillars[p.pillar].name, agency, status_word(p.status)]


def _part(by: str, part: Any) -> str:
    if pd.isna(part):
        return UNKNOWN
    fw = framework.load()
    return fw.pillars[part].name if by == "pillar" else fw.word(by, part).capitalize()


def _amount(value: Any) -> str:
    """Return an amount with two decimals only where it has any."""
    return number(value, 0 if pd.isna(value) or float(value).is_integer() else 2)


def _place(year: int, code: str) -> dict[str, str]:
    gap = gaps.programmes_gap(year, code)
    name = framework.load().regions[code].name
    return {
        "what": f"Tidak ada program {name} {year} yang tercatat.",
        "waits_for": gap.waits_for if gap else "",
    }


def _empty(year: int, code: str) -> dict[str, str]:
    """Return what `table_or_place` says where there are no programmes at all."""
    gap = gaps.programmes_gap(year, code)
    return {"empty": _place(year, code)["what"], "file": gap.file if gap else ""}
