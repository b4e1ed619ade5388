"""Lint of published tables: rows that cannot be true, whatever the digits left out."""
