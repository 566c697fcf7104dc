"""Makes the files of an invented office, data/sample, with faults planted on purpose."""
