"""What the office's own papers say, in the sentences of the pages 01, 06 and 09."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from pathlib import PurePosixPath

import pandas as pd

from kukar_analysis import framework, store
from kukar_analysis.analysis import agencies as carrying
from kukar_analysis.analysis import quality
from kukar_analysis.analysis.findings import findings
from kukar_analysis.analysis.missing import missing
from kukar_analysis.formats import listed, number

_MOST = 3
"""Agencies called the key ones, at most."""
_NAMED = 5
"""Names in a sentence; of more the number is told."""


def summary() -> list[str]:
    """Return in two lines what is missing and what was found in it, of the newest forms."""
    answers = store.read("question_scores").query("source == 'self'").dropna(subset="opd")
    if answers.empty:
        return ["no agency's form is there yet"]
    newest = answers.sort_values("year").iloc[-1]
    when, region = int(newest["year"]), str(newest["region"])
    place = f"{when} {framework.load().regions[region].name}"
    pairs = carrying.agency_pillars(when, region).query("expected")
    calls = carrying.agencies(when, region).dropna(subset="lacking_pillars")["opd"]
    said = f"{place}: {int((pairs['answered'] > 0).sum())} of {len(pairs)} agency and pillar pairs"
    said += f" answered, {_unanswered(when, region)} questions answered by nobody"
    said += f"; to follow up: {', '.join(sorted(calls))}" if len(calls) else ""
    counts = findings(when, region)["kind"].value_counts()
    kinds = ", ".join(f"{kind} {n}" for kind, n in counts.items()) or "nothing"
    return [said, f"{place}: found in answers, programmes and survey: {kinds}"]


def quality_sentences(year: int, region: str) -> list[str]:
    """Answer what arrived, what is missing and rejected, and what was found in it."""
    arrived = quality.arrivals(year, region)
    if arrived.empty:
        return [f"**Belum ada berkas {year} yang masuk.**"]
    read, kept, refused, twice = (
        _count(arrived[f"rows_{what}"].sum()) for what in ("read", "kept", "rejected", "duplicate")
    )
    first = (
        f"Untuk {year} masuk **{_count(len(arrived))} berkas** berisi {read} baris data: {kept}"
        f" dipakai, **{refused} ditolak**, {twice} ganda."
    )
    unread = int((arrived["kind"] == "unread").sum())
    first += f" **{_count(unread)} berkas tidak terbaca.**" if unread else ""
    return [first, _completeness(year, region), _found(year, region)]


def _completeness(year: int, region: str) -> str:
    pairs = carrying.agency_pillars(year, region).query("expected")
    if pairs.empty:
        return f"Kelengkapan jawaban OPD belum dapat diukur. {_waits(year, region)}"
    answered = int((pairs["answered"] > 0).sum())
    said = f"Dari {_count(len(pairs))} pasangan OPD dan pilar,"
    said += f" **{_count(answered)} sudah menjawab**"
    calls = carrying.agencies(year, region).dropna(subset="lacking_pillars")
    if len(calls):
        said += f"; yang perlu ditindaklanjuti: {_names(sorted(calls['opd']))}"
    useless = calls.loc[calls["state"] == "unusable", "opd"]
    if len(useless):
        said += f". Berkas {_names(sorted(useless))} sudah masuk, tetapi belum dapat dipakai"
    if quality.form(year, region).empty:
        return f"{said}. Daftar butir {year} belum diketahui."
    return f"{said}. {_count(_unanswered(year, region))} butir belum dijawab siapa pun."


def _found(year: int, region: str) -> str:
    surveyed = not store.read("survey_responses", year=year, region=region).empty
    if quality.own_answers(year, region).empty and not surveyed:
        waits = _waits(year, region, "agency_forms")
        return f"Isian dan data dukung belum dapat diperiksa. {waits}"
    kinds = _kinds(findings(year, region)["kind"])
    if not kinds:
        return "Tidak ada temuan pada pemeriksaan data dukung, program, statistik, dan survei."
    return f"Temuan pada isian dan data dukung: {kinds}."


def synergy_sentences(year: int, region: str) -> list[str]:
    """Answer which agency carries what, on whom much depends, and how sure that is."""
    found = carrying.agencies(year, region)
    if found.empty:
        return _not_on_record(year, region)
    pairs = carrying.agency_pillars(year, region).query("expected")
    first = f"Di {_place(region)} {year} tercatat **{_count(len(found))} OPD**"
    first += f" pada {_count(len(pairs))} pasangan OPD dan pilar" if len(pairs) else ""
    first += f"; {_count((found['answered'] > 0).sum())} OPD sudah menjawab, semuanya"
    first += f" {_count(found['answered'].sum())} jawaban."
    most = found[found["answered"] > 0].nlargest(2, "answered", keep="all")
    if len(most) > _MOST:  # of many that share the second place none is named before the others
        most = most[most["answered"] == most["answered"].max()]
    if 0 < len(most) <= _MOST:
        names = [
            f"{r.opd} ({_count(r.answered)} jawaban, {number(100 * r.share, 0)}%)"
            for r in most.itertuples()
        ]
        first += f" **Perangkat daerah kunci: {listed(names)}.**"
    if len(several := found.loc[found["pillar_count"] > 1, "opd"]):
        first += f" {len(several)} OPD mengampu lebih dari satu pilar: {_names(several)}."
    return [
        first,
        _pillars(carrying.leaning(year, region)),
        _against_assessors(year, region, found),
        _how_sure(year, region, pairs),
    ]


def _pillars(found: pd.DataFrame) -> str:
    """Say which pillars depend on one agency, and where the answers are most concentrated."""
    known = found.dropna(subset=["pillar", "equal_agencies"])
    if known.empty:
        return "Pilar yang bergantung pada satu OPD belum dapat dikatakan: belum ada jawabannya."
    least = known["equal_agencies"].min()
    where = _pillars_of(known.loc[known["equal_agencies"] == least, "pillar"])
    concentrated = (
        f"Jawaban paling terpusat ada pada {where}: setara dengan {number(least, 1)} OPD yang sama"
        " besar."
    )
    said = [
        f"{_pillars_of([r.pillar])} pada {r.leans_on} ({_count(r.largest_answered)} dari"
        f" {_count(r.covered)} butir terjawab, {_count(r.largest_alone)} di antaranya hanya"
        " olehnya)"
        for r in found.dropna(subset="leans_on").itertuples()
    ]
    none = "Tidak ada pilar yang lebih dari setengah butir terjawabnya bergantung pada satu OPD."
    first = f"**Yang bergantung pada satu OPD:** {listed(said)}." if said else none
    return f"{first} {concentrated}"


def _against_assessors(year: int, region: str, found: pd.DataFrame) -> str:
    """Say how far own scores lie above the assessors', a question once whoever answered it."""
    given = carrying.agency_questions(year, region).query("state == 'answered'")
    once = given.groupby("question")[["score", "assessor", "difference"]].mean()
    once = once.dropna(subset="difference")
    if once.empty:
        return "Nilai mandiri belum dapat dibandingkan: nilai asesor per butir tidak tercatat."
    own, theirs, apart = once.mean()
    return (
        f"Pada {_count(len(once))} butir yang dinilai keduanya, nilai mandiri rata-rata"
        f" {number(own)} dan nilai asesor {number(theirs)};"
        f" selisih sebelum pembulatan {number(apart, signed=True)}."
        f" {_count((found['difference'] > 0).sum())} dari {_count((found['compared'] > 0).sum())}"
        " OPD menilai lebih tinggi daripada asesor."
    )


def _how_sure(year: int, region: str, pairs: pd.DataFrame) -> str:
    """Say what is still to come, and what a count of questions does not tell."""
    open_, nameless = int((pairs["answered"] == 0).sum()), carrying.unnamed(year, region)
    said = [f"{_count(open_)} dari {_count(len(pairs))} pasangan belum menjawab"] if open_ else []
    said += [] if len(pairs) else ["daftar OPD per pilar tidak tercatat"]
    said += [f"{_count(nameless)} jawaban tanpa nama OPD tidak dihitung"] if nameless else []
    sure = f"Hitungan ini dapat bergeser: {listed(said)}. " if said else ""
    return (
        f"{sure}Yang dihitung ialah butir, bukan berat kerjanya; siapa pemilik satu butir tidak"
        " tercatat, sehingga butir kosong pada satu OPD belum tentu kekurangannya."
    )


def _not_on_record(year: int, region: str) -> list[str]:
    """Say what little is known where no agency is named: seats, nameless answers, quick wins."""
    what = f"Pembagian tanggung jawab perangkat daerah di {_place(region)} {year}"
    waits = _waits(year, region, "pillar_agencies", "agency_forms")
    said = [f"**{what} tidak tercatat.** {waits}"]
    found = carrying.leaning(year, region).dropna(subset=["pillar", "seats"])
    if len(found):
        seats = [f"{_pillars_of([r.pillar])} {_count(r.seats)}" for r in found.itertuples()]
        said.append(
            f"Yang diketahui hanya jumlahnya: **{_count(found['seats'].sum())} keanggotaan OPD**"
            f" pada {len(found)} pilar ({listed(seats)}). Satu OPD dapat mengampu beberapa pilar,"
            " jadi ini bukan jumlah OPD; pilar yang bergantung pada satu OPD tidak dapat dikatakan."
        )
    nameless = carrying.unnamed(year, region)
    said += [f"{_count(nameless)} jawaban tercatat tanpa nama OPD."] if nameless else []
    wins = store.read("programmes", region=region).query("is_quick_win and year <= @year")
    wins = wins.dropna(subset="opd")
    counts = wins["opd"].value_counts().sort_index().sort_values(ascending=False, kind="stable")
    if len(counts):
        when = "–".join(map(str, sorted({wins["year"].min(), wins["year"].max()})))
        names = listed([f"{opd} ({n})" for opd, n in counts.items()])
        said.append(f"Bernama hanya pengampu quick win {when}: {names}.")
    return said


def agency_sentences(year: int, region: str, opd: str) -> list[str]:
    """Answer what came from an agency, what is missing, and how sure that is."""
    state, questions = _state(year, region, opd), _questions(year, region, opd)
    name, refused = framework.load().opd[opd].name, len(_refused(year, region, opd))
    if state == "unknown":
        return [
            f"**Tidak tercatat bahwa {name} mengampu pilar atau menjawab butir {_place(region)}"
            f" {year}.** {_waits(year, region)} Ini bukan berarti {name} tidak terlibat."
        ]
    if state in ("silent", "unusable"):
        said = f"**Dari {name} {year} belum ada berkas atau jawaban yang tercatat.**"
        if state == "unusable":
            said = f"**Berkas {name} {year} sudah masuk, tetapi belum ada jawaban yang dapat"
            said += " dipakai.**"
        said += " Sebabnya ada pada baris data yang ditolak." if refused else ""
        asked = (
            f"OPD ini ditanyai {len(questions)} butir ({_pillars_of(questions['pillar'])});"
            f" {int(questions['others'].isna().sum())} di antaranya belum dijawab siapa pun. Siapa"
            " pemilik tiap butir tidak tercatat."
        )
        return [said, asked] if len(questions) else [said]
    kinds = _kinds(findings(year, region).query("opd == @opd")["kind"])
    mend = [f"{_count(refused)} baris data ditolak"] if refused else []
    mend += [f"temuan berupa {kinds}"] if kinds else []
    return [
        _came(year, name, questions),
        *_scores(questions),
        *([f"Yang perlu dibenahi: {listed(mend)}."] if mend else []),
        "Yang tercatat ialah yang masuk sampai sekarang. Siapa pemilik tiap butir tidak tercatat:"
        " butir yang tidak diisi OPD ini belum tentu kekurangannya.",
    ]


def send_back(year: int, region: str, opd: str) -> list[str]:
    """List what the agency is asked to send back, and in which form; empty where nothing is."""
    questions, refused = _questions(year, region, opd), _refused(year, region, opd)
    answered = questions["state"] == "answered"
    bare = int((answered & ~questions["has_evidence"]).sum())
    open_ = int((~answered & questions["others"].isna()).sum())
    unread = int(refused["rule"].isin(["unread", "unfinished"]).sum())
    rest, kinds = len(refused) - unread, framework.load().findings
    counts = findings(year, region).query("opd == @opd and kind != 'without_evidence'")["kind"]
    wanted = {
        "Isi dan kirim formulir OPD ini; belum ada yang masuk.": _state(year, region, opd)
        == "silent",
        f"Kirim ulang {unread} berkas yang tidak terbaca.": unread,
        f"Perbaiki {_count(rest)} baris data yang ditolak.": rest,
        f"Lampirkan dokumen atau tautan untuk {bare} jawaban tanpa data dukung.": bare,
        **{
            f"{kinds[str(kind)].name} ({n}): {kinds[str(kind)].advice}": n
            for kind, n in counts.value_counts().items()
        },
        f"Isi {open_} butir yang belum dijawab siapa pun, bila itu milik OPD ini.": open_,
        "Sebutkan pilar dan butir yang diampu OPD ini.": questions.empty,
    }
    said = [words for words, is_wanted in wanted.items() if is_wanted]
    return [*said, *_how_to_send(year, region, opd)] if said else []


def _came(year: int, name: str, questions: pd.DataFrame) -> str:
    """Say how many questions were answered, with what evidence, and which are open."""
    answered = questions["state"] == "answered"
    said = (
        f"Dari {name} {year} masuk **{answered.sum()} jawaban** dari {len(questions)} butir"
        f" yang ditanyakan ({_pillars_of(questions['pillar'])})"
    )
    bare = int((answered & ~questions["has_evidence"]).sum())
    said += f", {bare} di antaranya tanpa data dukung. " if bare else ", semuanya berdata dukung. "
    left = questions[~answered]
    open_ = left[left["others"].isna()]
    if left.empty:
        return f"{said}Tidak ada butir yang tersisa."
    if open_.empty:
        return f"{said}{len(left)} butir lain sudah dijawab OPD lain."
    said += f"**{len(open_)} butir belum dijawab siapa pun**"
    said += f": {listed([*open_['label']])}" if len(open_) <= _MOST else ""
    elsewhere = len(left) - len(open_)
    return f"{said}{f'; {elsewhere} lain sudah dijawab OPD lain' if elsewhere else ''}."


def _scores(questions: pd.DataFrame) -> list[str]:
    """Say how the agency's scores lie against the assessors' of the same questions."""
    both = questions.dropna(subset="difference")
    if both.empty:
        return []
    own, theirs, apart = both[["score", "assessor", "difference"]].mean()
    said = (
        f"Pada {len(both)} butir yang dinilai keduanya, nilai mandiri rata-rata {number(own)} dan"
        f" nilai asesor {number(theirs)} (selisih {number(apart, signed=True)})"
    )
    most = both["difference"].max()
    if most > 0:
        furthest = both.loc[both["difference"].sub(most).abs() < 1e-9, "label"]
        said += f"; paling tinggi di atas asesor: {_names(furthest)} ({number(most, signed=True)})"
    return [f"{said}."]


def _how_to_send(year: int, region: str, opd: str) -> list[str]:
    """Say in which form and under which name to send it back."""
    said = []
    if framework.load().asked_edition(year):
        command = f"kukar template {year} --opd {shlex.quote(opd)} --region {region}"
        said.append(f"Formulirnya dari koordinator evaluasi ({command}).")
    own = quality.arrivals(year, region, opd).query("not shared and rows_kept > 0")
    if len(own):
        last = PurePosixPath(own["file"].iloc[-1])
        said.append(
            f"Nama berkas: {last.stem}-ralat{last.suffix}. Dengan akhiran -ralat (atau -susulan)"
            " isinya menggantikan yang lama; berkas lama tetap disimpan."
        )
    return [*said, "Kirim sebagai .xlsx tanpa kata sandi, kepada koordinator evaluasi."]


def _state(year: int, region: str, opd: str) -> str:
    """Return what came from an agency, as `agencies` has it; `unknown` where it is not in it."""
    found = carrying.agencies(year, region).set_index("opd")["state"]
    return str(found.get(opd, "unknown"))


def _questions(year: int, region: str, opd: str) -> pd.DataFrame:
    return carrying.agency_questions(year, region).query("opd == @opd")


def _refused(year: int, region: str, opd: str) -> pd.DataFrame:
    """Return what was rejected in the files of an agency alone.

    In a file of several agencies it is not on record whose a rejected row is.
    """
    own, found = quality.arrivals(year, region, opd).query("not shared"), quality.rejected(year)
    return found[found["file"].isin(own["file"])]


def _unanswered(year: int, region: str) -> int:
    return int(quality.form(year, region)["is_answered"].eq(False).sum())


def _kinds(found: pd.Series) -> str:
    """Return kinds of findings and how often each: `jawaban tanpa data dukung (2) dan ...`."""
    names = framework.load().findings
    return listed([f"{names[str(k)].name.lower()} ({n})" for k, n in found.value_counts().items()])


def _waits(year: int, region: str, *tables: str) -> str:
    """Say which papers are waited for: the list of agencies, or those of other tables."""
    found = [missing(t, year, region)["sentence"] for t in tables or ("pillar_agencies",)]
    return " ".join(pd.concat(found))


def _pillars_of(pillars: Iterable[object]) -> str:
    """Return the names of pillars, each once; null stands for the questions of none."""
    names = framework.load().names["pillar"]
    return listed([*dict.fromkeys(names[str(p) if pd.notna(p) else "general"] for p in pillars)])


def _place(region: str) -> str:
    return framework.load().regions[region].name


def _names(names: Iterable[str]) -> str:
    named = [*names]
    more = [f"{len(named) - _NAMED} lainnya"] if len(named) > _NAMED else []
    return listed([*named[:_NAMED], *more])


def _count(n: float) -> str:
    return number(n, 0)
