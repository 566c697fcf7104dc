"""The Excel forms that the office sends out and gets back: written here, read by read/.

Every word that a form says above a column or beside a caption is one that the reader knows
(definitions/layouts.csv). Each function returns the paths it wrote and raises UsageError for what
is not on record, or for a form that stands there already.
"""

from kukar_analysis.forms.agency import COORDINATORS, forms
from kukar_analysis.forms.letters import letter
from kukar_analysis.forms.lists import programmes, survey

__all__ = ["COORDINATORS", "forms", "letter", "programmes", "survey"]
