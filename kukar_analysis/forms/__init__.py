"""The Excel forms that the office sends out and gets back: written here, read by read/.

Columns, drop-downs and instructions stand in definitions/forms.csv and form_topics.csv; headings
are those that the reader knows (layouts.csv).
"""

from kukar_analysis.forms.fill import COORDINATORS, heading, mend, write

__all__ = ["COORDINATORS", "heading", "mend", "write"]
