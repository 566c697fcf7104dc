"""`python -m kukar_analysis` is `kukar`, for machines where scripts are not on the path."""

from kukar_analysis.cli import main

main()
