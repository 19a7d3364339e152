"""The directory on disk: ledger, generations, vector store, ingestion, verification."""
