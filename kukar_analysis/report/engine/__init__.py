"""A papermill engine whose kernels are forked from a process that is ready; knows nothing of Kukar.

Importing this package imports nothing: fork.py can start that process before papermill is there.
"""
