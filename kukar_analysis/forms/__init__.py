"""The Excel forms that the office sends out and gets back: written here, read by read/.

Columns, drop-downs and instructions stand in definitions/forms.csv and form_topics.csv; headings
are those that the reader knows (layouts.csv). Each function returns the paths it wrote and raises
UsageError for what is not on record, or for a form that stands there already.
"""

from kukar_analysis.forms.fill import COORDINATORS, forms, heading, letter, programmes, survey

__all__ = ["COORDINATORS", "forms", "heading", "letter", "programmes", "survey"]
