"""The command line: one small file a verb, imported when it is called for."""

from bench.cli.entry import invoke, main

__all__ = ["invoke", "main"]
