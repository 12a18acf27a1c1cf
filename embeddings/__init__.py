"""Articles in, passages out: sources, cleaning, chunking, vectors and the passage store."""
