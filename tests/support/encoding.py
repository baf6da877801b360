"""How a model counts a text."""

import bpe_openai  # pyright: ignore[reportMissingTypeStubs]

ENCODING = bpe_openai.get_encoding("o200k_base")
