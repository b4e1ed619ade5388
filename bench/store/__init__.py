"""The store: a folder of records and artifacts, written atomically and read with suspicion."""
