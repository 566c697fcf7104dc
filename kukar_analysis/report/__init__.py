"""From notebooks to pages: which are made (registry), running them (run), publishing (publish)."""
