"""One module a question: public functions return frames, or a sentence that branches."""
