"""What is left of the sentences of pages; they stand beside their frames in analysis/."""
