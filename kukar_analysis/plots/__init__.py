"""One function a figure. The title states the finding, the source stands under the figure.

Marks differ by shape and lightness, not by colour alone, so that a grey print says the same.
Without data a figure is nothing; the table beside it shows the empty place.
"""

from kukar_analysis.plots.change import waterfall
from kukar_analysis.plots.index import components, distribution
from kukar_analysis.plots.years import components_between

__all__ = [
    "components",
    "components_between",
    "distribution",
    "waterfall",
]
