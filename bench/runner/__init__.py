"""Runs plans: a supervisor that needs no torch, and worker processes that do the computing."""
