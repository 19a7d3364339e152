"""Embedding, dense and lexical indexes, and the retriever that fuses them."""
