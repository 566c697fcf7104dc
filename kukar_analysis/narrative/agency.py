"""The page for one agency: what came from it, what is missing, and what to send back."""

from __future__ import annotations

import shlex
from pathlib import PurePosixPath
from typing import Any

import pandas as pd

from kukar_analysis import display, framework
from kukar_analysis.analysis import synergy as carrying
from kukar_analysis.display import Shown
from kukar_analysis.formats import listed, number
from kukar_analysis.tables.agency import asked
from kukar_analysis.tables.synergy import named_list, pillar_name


def agency(year: Any, region: Any, opd: Any) -> Shown:
    """Answer what came from an agency, what is missing, and how sure that is."""
    year, code, opd = asked(year, region, opd)
    questions = carrying.questions(year, code, opd)
    state = carrying.state(year, code, opd, questions)
    if state == "unknown":
        return _unknown(year, code, opd)
    if state in ("silent", "unusable"):
        return _nothing_usable(year, code, opd, questions, state)
    return display.prose(
        _came(year, opd, questions),
        *_scores(questions),
        *_to_mend(year, code, opd),
        "Yang tercatat ialah yang masuk sampai sekarang. Siapa pemilik tiap butir tidak tercatat:"
        " butir yang tidak diisi OPD ini belum tentu kekurangannya.",
        kind="answer",
    )


def send_back(year: Any, region: Any, opd: Any) -> Shown:
    """List what the agency is asked to send back, and in which form."""
    year, code, opd = asked(year, region, opd)
    questions = carrying.questions(year, code, opd)
    answered = questions["state"] == "answered"
    bare = int((answered & ~questions["has_evidence"]).sum())
    open_ = int((~answered & (questions["others"] == "")).sum())
    refused = carrying.rejected(year, code, opd)
    unread = refused["rule"].eq("unread")
    wanted = []
    if carrying.state(year, code, opd, questions) == "silent":
        wanted.append("Isi dan kirim formulir OPD ini; belum ada yang masuk.")
    if unread.any():
        wanted.append(f"Kirim ulang {number(unread.sum(), 0)} berkas yang tidak terbaca.")
    if (~unread).any():
        wanted.append(f"Perbaiki {number((~unread).sum(), 0)} catatan yang ditolak.")
    if bare:
        wanted.append(f"Lampirkan dokumen atau tautan untuk {bare} jawaban tanpa data dukung.")
    wanted += _faults(year, code, opd)
    if open_:
        wanted.append(f"Isi {open_} butir yang belum dijawab siapa pun, bila itu milik OPD ini.")
    if questions.empty:
        wanted.append("Sebutkan pilar dan butir yang diampu OPD ini.")
    if not wanted:
        return display.prose("Tidak ada yang perlu dikirim kembali. Terima kasih.")
    return display.items([*wanted, *_form(year, code, opd)])


def _faults(year: int, region: str, opd: str) -> list[str]:
    """Say what to do about each kind of finding that is not of evidence."""
    kinds = framework.load().findings
    counts = carrying.findings(year, region, opd)["kind"].value_counts()
    return [
        f"{kinds[str(kind)].name} ({n}): {kinds[str(kind)].advice}"
        for kind, n in counts.items()
        if kind != "without_evidence"
    ]


def _came(year: int, opd: str, questions: pd.DataFrame) -> str:
    """Say how many questions were answered, with what evidence, and which are open."""
    answered = questions["state"] == "answered"
    said = (
        f"Dari {_name(opd)} {year} masuk **{answered.sum()} jawaban** dari {len(questions)} butir"
        f" yang ditanyakan ({_pillars(questions)})"
    )
    bare = int((answered & ~questions["has_evidence"]).sum())
    said += f", {bare} di antaranya tanpa data dukung. " if bare else ", semuanya berdata dukung. "
    left = questions[~answered]
    open_ = left[left["others"] == ""]
    if left.empty:
        return f"{said}Tidak ada butir yang tersisa."
    if open_.empty:
        return f"{said}{len(left)} butir lain sudah dijawab OPD lain."
    said += f"**{len(open_)} butir belum dijawab siapa pun**"
    said += f": {listed([*open_['label']])}" if len(open_) <= 3 else ""
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
    furthest = both.loc[both["difference"].idxmax()]
    if furthest["difference"] > 0:
        said += f"; paling tinggi di atas asesor: {furthest['label']}"
        said += f" ({number(furthest['difference'], signed=True)})"
    return [f"{said}."]


def _to_mend(year: int, region: str, opd: str) -> list[str]:
    """Say how many records were rejected and how many faults an assessor would find."""
    refused = len(carrying.rejected(year, region, opd))
    found = carrying.findings(year, region, opd)
    said = [f"{refused} catatan ditolak"] if refused else []
    if len(found):
        names = framework.load().findings
        kinds = [
            f"{names[kind].name.lower()} ({n})" for kind, n in found["kind"].value_counts().items()
        ]
        said.append(f"asesor dapat menemukan {listed(kinds)}")
    return [f"Yang perlu dibenahi: {listed(said)}."] if said else []


def _nothing_usable(year: int, region: str, opd: str, questions: pd.DataFrame, state: str) -> Shown:
    """Say that nothing came, or nothing that can be used, of what is asked."""
    said = (
        f"**Dari {_name(opd)} {year} belum ada berkas atau jawaban yang tercatat.**"
        if state == "silent"
        else f"**Berkas {_name(opd)} {year} sudah masuk, tetapi belum ada jawaban yang dapat"
        " dipakai.**"
    )
    if len(carrying.rejected(year, region, opd)):
        said += " Sebabnya ada pada catatan yang ditolak."
    paragraphs = [said]
    if len(questions):
        open_ = int((questions["others"] == "").sum())
        paragraphs.append(
            f"OPD ini ditanyai {len(questions)} butir ({_pillars(questions)}); {open_} di antaranya"
            " belum dijawab siapa pun. Siapa pemilik tiap butir tidak tercatat."
        )
    return display.prose(*paragraphs, kind="answer")


def _unknown(year: int, region: str, opd: str) -> Shown:
    name, place = _name(opd), framework.load().regions[region].name
    return display.prose(
        f"**Tidak tercatat bahwa {name} mengampu pilar atau menjawab butir {place} {year}.** Tempat"
        f" ini akan terisi oleh {named_list(year, region)} dan formulir OPD ini di"
        f" data/raw/{year}/opd/. Ini bukan berarti {name} tidak terlibat.",
        kind="answer",
    )


def _form(year: int, region: str, opd: str) -> list[str]:
    """Say in which form and under which name to send it back."""
    said = []
    if framework.load().asked_edition(year):
        command = f"kukar template {year} --opd {shlex.quote(opd)} --region {region}"
        said.append(f"Formulirnya dari koordinator evaluasi (`{command}`).")
    own = carrying.files(year, region, opd)
    own = own[~own["shared"] & (own["rows_kept"] > 0)]
    if len(own):
        last = PurePosixPath(own["file"].iloc[-1])
        said.append(
            f"Nama berkas: {last.stem}-ralat{last.suffix}. Dengan akhiran -ralat (atau -susulan)"
            " isinya menggantikan yang lama; berkas lama tetap disimpan."
        )
    return [*said, "Kirim sebagai .xlsx tanpa kata sandi, kepada koordinator evaluasi."]


def _pillars(questions: pd.DataFrame) -> str:
    return listed([*dict.fromkeys(pillar_name(p) for p in questions["pillar"])])


def _name(opd: str) -> str:
    return framework.load().opd[opd].name
