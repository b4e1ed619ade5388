"""Submissions: records of strangers, accepted or refused from their data alone; nothing of them is run."""
