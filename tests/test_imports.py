"""A module imports only from what stands before it, and importing costs little."""

import ast
import subprocess
import sys

from kukar_analysis import store

PACKAGE = "kukar_analysis"
ORDER = [
    "errors",
    "paths",
    "writing",
    "used",
    "facts",
    "consistency",
    "framework",
    "score",
    "suggest",
    "respondents",
    "store",
    "read.source",
    "read.headings",
    "read.grid",
    "read.table",
    "read.workbook",
    "read.sums",
    "read.typed",
    "read.letter.titles",
    "read.letter.pages",
    "read.letter.heads",
    "read.letter.addressee",
    "read.letter.remarks",
    "read.letter.scores",
    "read.letter.fit",
    "read.letter.national",
    "read.letter",
    "read",
    "received",
    "parse.line",
    "parse.lists",
    "parse.questions",
    "parse.office",
    "parse.survey",
    "parse",
    "settle",
    "clean",
    "check",
    "compare.index",
    "compare.years",
    "compare.standing",
    "compare.change",
    "compare",
    "origins",
    "pillars",
    "priorities",
    "prompt",
    "robustness.field",
    "robustness.model",
    "robustness.analysis",
    "robustness",
    "quality.completeness",
    "quality.finding",
    "quality.survey",
    "quality.assessor",
    "quality",
    "synergy.carried",
    "synergy.leaning",
    "synergy.agency",
    "synergy",
    "programmes",
    "quick_wins",
    "gaps",
    "formats",
    "display",
    "tables.common",
    "tables.change",
    "tables.index",
    "tables.pillar",
    "tables.programmes",
    "tables.priorities",
    "tables.quality",
    "tables.quick_win",
    "tables.robustness",
    "tables.synergy",
    "tables.agency",
    "tables.years",
    "tables",
    "narrative.common",
    "narrative.index",
    "narrative.pillar",
    "narrative.programmes",
    "narrative.priorities",
    "narrative.quality",
    "narrative.quick_win",
    "narrative.robustness",
    "narrative.synergy",
    "narrative.agency",
    "narrative.summary",
    "narrative.years",
    "narrative",
    "plots.common",
    "plots.change",
    "plots.index",
    "plots.pillar",
    "plots.programmes",
    "plots.quality",
    "plots.quick_win",
    "plots.robustness",
    "plots.synergy",
    "plots.years",
    "plots",
    "template.draw",
    "template.common",
    "template.agency",
    "template.letters",
    "template.lists",
    "template",
    "engine",
    "engine.lean",
    "engine.libraries",
    "engine.forked",
    "engine.fork",
    "engine.zygote",
    "engine.provisioner",
    "engine.manager",
    "engine.record",
    "engine.papermill",
    "new_year",
    "notebooks",
    "new_notebook",
    "report",
    "report.registry",
    "report.fingerprint",
    "report.limits",
    "report.state",
    "report.folder",
    "report.replaced",
    "report.task",
    "report.cluster",
    "report.run",
    "report.record",
    "report.page",
    "report.search",
    "report.site",
    "report.publish",
    "report.annex.sheet",
    "report.annex.national",
    "report.annex.common",
    "report.annex.assessment",
    "report.annex.office",
    "report.annex.files",
    "report.annex.cover",
    "report.annex",
    "report.paper",
    "report.stale",
    "report.make",
    "report.leaks",
    "report.share",
    "schedule",
    "schedule.status",
    "schedule.settings",
    "schedule.arrivals",
    "schedule.due",
    "schedule.child",
    "schedule.log",
    "schedule.notices",
    "schedule.keep",
    "schedule.surveys",
    "schedule.tick",
    "schedule.clockwork",
    "schedule.systemd",
    "schedule.cron",
    "schedule.windows",
    "schedule.ci",
    "schedule.machine",
    "explore.choosing",
    "explore.peers",
    "explore.showing",
    "explore.tracing",
    "explore.exporting",
    "explore",
    "docs",
    "cli.common",
    "cli.data",
    "cli.reports",
    "cli.analysis",
    "cli.desk",
    "cli.schedule",
    "cli.sharing",
    "cli.years",
    "cli.notebooks",
    "cli",
    "__main__",
]
"""Every module, after all that it may import."""
ALONE = {"errors", "paths", "writing", "used", "facts", "formats", "display"}
"""Modules that need no other."""
RECOMPUTES = {"check": {"errors", "facts", "framework", "score"}}
"""Checking must not lean on what made the tables it checks."""


def sources():
    """Return the text of every module by its name inside the package."""
    folder = store.ROOT / PACKAGE
    found = {}
    for path in folder.rglob("*.py"):
        parts = path.relative_to(folder).with_suffix("").parts
        name = ".".join(part for part in parts if part != "__init__")
        found[name] = path.read_text(encoding="utf-8")
    return found


def imported(source, known):
    """Return the modules of the package that a source imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module if node.level == 0 else f"{PACKAGE}.(relative)"
            names = [f"{base}.{alias.name}" for alias in node.names]
            names = [n if n.removeprefix(f"{PACKAGE}.") in known else base for n in names]
        else:
            continue
        inside = [name for name in names if name.startswith(f"{PACKAGE}.")]
        found |= {name.removeprefix(f"{PACKAGE}.") for name in inside}
    return found


def faults(modules):
    """Return `module -> imported` for every import of what does not stand before the module."""
    found = []
    for name, source in modules.items():
        before = set(ORDER[: ORDER.index(name)])
        allowed = set() if name in ALONE else RECOMPUTES.get(name, before)
        found += [f"{name} -> {other}" for other in imported(source, modules) - allowed]
    return sorted(found)


def test_every_module_has_its_place_in_the_order():
    assert sorted(name for name in sources() if name) == sorted(ORDER)


def test_a_module_imports_only_from_what_stands_before_it():
    modules = {name: source for name, source in sources().items() if name}
    assert faults(modules) == []
    seen = set().union(*(imported(source, modules) for source in modules.values()))
    assert len(seen) > 20


def test_a_cycle_would_be_seen_in_every_way_of_importing():
    invented = {
        "facts": "from kukar_analysis import framework",
        "framework": "import kukar_analysis.facts",
        "check": "from kukar_analysis.store import read",
        "tables.common": "def late():\n    from kukar_analysis.tables import index",
        "tables.index": "from . import narrative\nfrom kukar_analysis.tables.common import columns",
        "compare": "if False:\n    from kukar_analysis.report.registry import reports",
        "narrative": "from kukar_analysis import compare, nothing",
        "store": "",
        "report.registry": "",
    }
    assert faults(invented) == [
        "check -> store",
        "compare -> report.registry",
        "facts -> framework",
        "tables.common -> tables.index",
        "tables.index -> (relative)",
    ]


def loaded_by(statement):
    """Return the names of all modules that a fresh interpreter holds after a statement."""
    code = f"{statement}\nimport sys\nprint(*sys.modules)"
    command = [sys.executable, "-c", code]
    return set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())


def test_importing_the_package_does_no_work():
    loaded = loaded_by("import kukar_analysis")
    assert {name for name in loaded if name.startswith(PACKAGE)} == {PACKAGE}


def test_the_command_line_answers_for_help_without_loading_pandas():
    loaded = loaded_by("import kukar_analysis.cli")
    assert "kukar_analysis.cli" in loaded
    assert loaded.isdisjoint({"pandas", "numpy", "matplotlib", "papermill", "nbconvert"})
