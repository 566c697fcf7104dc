"""One module a kind of document: from a raw file to records of text with their origin."""
