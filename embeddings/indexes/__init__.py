"""What a library is searched by: FAISS and Tantivy, derived from the SQLite truth, each in a file with its stamp."""
