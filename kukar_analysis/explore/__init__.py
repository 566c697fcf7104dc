"""Drop-downs for notebooks/jelajah.ipynb: figures that follow a choice, their cells, exports.

Only the choosing happens here; what is shown comes from tables, plots, narrative and origins.
"""

from kukar_analysis.explore.choosing import Choice
from kukar_analysis.explore.exporting import export
from kukar_analysis.explore.showing import figures
from kukar_analysis.explore.tracing import trace

__all__ = ["Choice", "export", "figures", "trace"]
