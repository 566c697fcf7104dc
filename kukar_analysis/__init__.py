"""Helper package of the Kukar Smart City evaluation analysis."""

__version__ = "0.3.0"
