"""The page's content security policy: only what it was built with may run, and nothing may load."""

from __future__ import annotations

import base64
import hashlib


def source_hash(text: str) -> str:
    """The CSP source expression for an inlined style or script with exactly this text."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def policy(style: str, script: str = "", *, images: bool = False) -> str:
    """The policy of a page with one inlined style and at most one script; only its icon is data.

    With `images`, it shows images that lie beside it: those of its own origin, or files for a file.
    """
    scripts = [f"script-src {source_hash(script)}"] if script else []
    return "; ".join(
        [
            "default-src 'none'",
            f"style-src {source_hash(style)}",
            *scripts,
            "img-src data:" + (" 'self' file:" if images else ""),
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )
