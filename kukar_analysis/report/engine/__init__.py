"""A papermill engine whose kernels are forked from a process that is ready; knows no Kukar."""
