"""The page in a browser and the API beside it: one server, one assistant, one library."""
