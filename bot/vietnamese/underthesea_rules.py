"""underthesea's rules for tone placement and look-alike letters, without the rest of the library.

`import underthesea` loads word sets of taggers that a chat never uses: 53 MB in every process. The
rules are one small module of it, loaded here by its file.
"""

from __future__ import annotations

import importlib.util
import unicodedata
from pathlib import Path

LONGEST_TOKEN = 6
"""Vietnamese syllables are no longer; longer tokens are left alone, as underthesea does."""


def _load() -> tuple[dict[str, str], dict[str, str]]:
    package = importlib.util.find_spec("underthesea")
    if package is None or package.origin is None:
        raise ImportError("underthesea is not installed")
    path = Path(package.origin).parent / "pipeline" / "text_normalize" / "text_normalizer.py"
    spec = importlib.util.spec_from_file_location("_underthesea_rules", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"underthesea has no {path.name}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return dict(module.character_map), dict(module.token_map)


_CHARACTERS, _TOKENS = _load()


def normalize_token(token: str) -> str:
    """Return a token with its tone mark in the usual place (`hoà` as `hòa`) and Đ for the letter eth.

    Same result as `underthesea.pipeline.text_normalize.token_normalize`.
    """
    if len(token) > LONGEST_TOKEN:
        return token
    token = unicodedata.normalize("NFC", token)
    for wrong, right in _CHARACTERS.items():
        token = token.replace(wrong, right)
    return _TOKENS.get(token, token)
