"""Who carries which pillar, who answered what, and which answers are planted faults."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from kukar_analysis import framework
from sample.books import Formula, Value
from sample.figures import SEED, claimed

SEATS: Mapping[int, Mapping[str, tuple[str, ...]]] = {
    2022: {
        "governance": ("Diskominfo", "Bappeda", "Setda", "Disdukcapil", "Inspektorat", "BPKAD"),
        "branding": ("Dispar", "DPMPTSP"),
        "economy": ("Disperindag", "Diskop UKM", "Distanak", "Distransnaker", "DPMD"),
        "living": ("Dinkes", "DPU", "Dishub", "Disperkim", "DP2KB", "Dinsos"),
        "society": ("Disdikbud", "Dinsos", "DP3A", "BPBD"),
        "environment": ("DLHK", "DPU", "Disperkim"),
    },
    2023: {
        "governance": (
            "Diskominfo",
            "Bappeda",
            "Setda",
            "Disdukcapil",
            "Inspektorat",
            "BPKAD",
            "BKPSDM",
            "Bapenda",
            "Diarpus",
            "Setwan",
        ),
        "branding": ("Dispar", "DPMPTSP", "Diskominfo"),
        "economy": (
            "Disperindag",
            "Diskop UKM",
            "Distanak",
            "Disbun",
            "Dinas Kelautan dan Perikanan",
            "Distransnaker",
            "Bapenda",
            "DPMD",
        ),
        "living": (
            "Dinkes",
            "DPU",
            "Dishub",
            "Disperkim",
            "DP2KB",
            "Dinas Ketahanan Pangan",
            "Dinsos",
            "Damkar",
            "DPPR",
            "Satpol PP",
        ),
        "society": ("Disdikbud", "Dinsos", "DP3A", "DPMD", "Dispora", "BPBD", "Kesbangpol"),
        "environment": ("DLHK", "DPU", "Disperkim", "BPBD"),
    },
}

_BOTH_YEARS = {
    "Diskominfo": """output.regulation output.council output.team output.opd_involvement
        outcome.governance.programme outcome.governance.spbe outcome.action_plan.human_resources
        outcome.action_plan.infrastructure outcome.action_plan.applications
        quick_wins.formulation quick_wins.appeal quick_wins.benefit quick_wins.uniqueness
        quick_wins.still_running""",
    "Dinkes": """outcome.living.programme outcome.living.stunting outcome.living.immunisation
        outcome.living.birth_attendance""",
    "Disdikbud": """outcome.society.programme outcome.society.school_capacity
        outcome.society.school_participation""",
    "DLHK": """outcome.environment.programme outcome.environment.waste_reduction
        outcome.environment.recycling""",
    "Dispar": "outcome.branding.programme",
    "Dinsos": """outcome.living.programme outcome.society.programme
        outcome.society.disaster_response""",
    "Dishub": "outcome.living.programme outcome.living.roads",
}
_OF_2023 = {
    "Bappeda": """baseline.legal_basis baseline.council_meeting baseline.team_meeting
        baseline.programmes_run baseline.action_plans_run output.apbd_budget output.other_funding
        outcome.governance.programme outcome.governance.lakip outcome.governance.sinovik
        quick_wins.partnership quick_wins.resources collaboration.governance""",
    "DPU": """outcome.living.drinking_water outcome.living.sanitation outcome.living.roads
        outcome.environment.programme""",
    "Dispar": "outcome.branding.programme outcome.branding.city_identity collaboration.branding",
    "Dinsos": f"{_BOTH_YEARS['Dinsos']} collaboration.society",
    "BPBD": """outcome.society.disaster_mitigation outcome.society.disaster_recovery
        collaboration.environment""",
    "Disdukcapil": "outcome.governance.programme outcome.governance.spbe",
    "Setda": """outcome.governance.programme outcome.governance.fiscal_health
        outcome.governance.lppd collaboration.governance""",
    "Dishub": "outcome.living.programme outcome.living.roads collaboration.living",
    "Disbun": "outcome.economy.programme outcome.economy.hdi",
    "": "outcome.environment.programme collaboration.living",
}
ANSWERED: Mapping[int, Mapping[str, list[str]]] = {
    2022: {opd: names.split() for opd, names in _BOTH_YEARS.items()},
    2023: {opd: names.split() for opd, names in (_BOTH_YEARS | _OF_2023).items()},
}
"""What each agency answered in a workbook of its own; "" is one that does not say who it is."""

RECAP = {
    2022: (
        ("Disperindag, Diskop UKM dan Distanak", "outcome.economy.programme"),
        ("Distransnaker", "outcome.economy.hdi"),
        ("DPMD", "outcome.economy.poverty"),
        ("DPMPTSP", "outcome.branding.ease_of_business"),
        ("Dinas Perhubugan", "outcome.living.roads"),
        ("DPU / Disperkim", "outcome.living.drinking_water"),
        ("DP3A", "outcome.society.programme"),
        ("BPBD", "outcome.society.disaster_mitigation"),
        ("Disperkim", "outcome.environment.programme"),
    ),
    2023: (
        ("Disperindag, Diskop UKM dan Distanak", "outcome.economy.programme"),
        ("Distransnaker", "outcome.economy.hdi"),
        ("DPMD", "outcome.economy.poverty"),
        ("DPMPTSP", "outcome.branding.ease_of_business"),
        ("DPMPTSP", "outcome.branding.investment"),
        ("Disperkim", "outcome.living.sanitation"),
        ("DP2KB", "outcome.living.stunting"),
        ("Dinas Kesehtan", "outcome.living.immunisation"),
        ("DKP", "outcome.living.programme"),
        ("Dinas Ketahanan Pangan", "outcome.living.programme"),
        ("Disperkim", "outcome.living.drinking_water"),
        ("DP3A; Kesbangpol", "outcome.society.programme"),
        ("Disperkim", "outcome.environment.programme"),
    ),
}
"""Rows of the coordinator's recap: the agencies as written, and the question."""


@dataclass(frozen=True)
class Answer:
    """What was typed for a question."""

    question: str
    answer: Value
    score: Value
    evidence: Value
    remark: Value = None


PLANTED: Mapping[tuple[int, str, str], Mapping[str, Value]] = {
    (2022, "Dinkes", "outcome.living.stunting"): {"score": "4,5"},
    (2022, "Disdikbud", "outcome.society.school_capacity"): {"evidence": None},
    (2022, "recap", "outcome.economy.poverty"): {"answer": None, "score": "5%-10%"},
    (2023, "Dinkes", "outcome.living.stunting"): {"score": "5"},
    (2023, "Dinkes", "outcome.living.immunisation"): {"score": "baik"},
    (2023, "Dinkes", "outcome.living.birth_attendance"): {"evidence": None},
    (2023, "Disdikbud", "outcome.society.school_capacity"): {"evidence": "belum ada"},
    (2023, "Diskominfo", "quick_wins.appeal"): {"score": "76%-100%"},
    (2023, "DPU", "outcome.living.sanitation"): {"score": "1"},
    (2023, "Dispar", "outcome.branding.city_identity"): {"score": datetime(2023, 3, 4)},
    (2023, "BPBD", "outcome.society.disaster_recovery"): {"score": 2.6666667},
    (2023, "Setda", "outcome.governance.lppd"): {"score": Formula("='[1]Nilai'!B2", None)},
    (2023, "Dishub", "outcome.living.roads"): {"score": Formula("=1/0", "#DIV/0!")},
    (2023, "Dispar", "collaboration.branding"): {
        "answer": "Belum diisi",
        "score": "belum dijawab",
        "evidence": None,
    },
    (2023, "recap", "outcome.economy.poverty"): {"answer": None, "score": "0%-5%"},
    (2023, "recap", "outcome.living.drinking_water"): {"score": "76%-100%"},
}
"""Answers that are not as the office would wish: by year, who sent the file, and question."""


def pillars_of(year: int, opd: str) -> list[str]:
    """Return the pillars that an agency carries."""
    return [pillar for pillar, seats in SEATS[year].items() if opd in seats]


def answers(
    year: int, sender: str, questions: Iterable[str], shown: Any = lambda value: value
) -> list[Answer]:
    """Return what a sender answers; `shown` writes a score as the sender's layout has it."""
    made = []
    for question in questions:
        dice = random.Random(f"{SEED} answer {year} {sender} {question}")
        number = dice.randrange(1, 90)
        answer = Answer(
            question,
            f"Terlaksana tahun {year}, {dice.randrange(55, 98)} persen dari rencana contoh",
            shown(claimed(year)[question]),
            f"Laporan Contoh {number}/{year}, https://contoh.example/{year}/{number}",
        )
        made.append(replace(answer, **PLANTED.get((year, sender, question), {})))
    return made


def asked(year: int, question: str) -> Any:
    """Return how the edition of a year prints a question: its number, block and code."""
    return framework.load().edition_questions[f"{year}-kppn-ikn"][question]
