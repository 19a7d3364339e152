"""The words given to language models, as versioned files: ``load(name)``."""

from prompts.loading import Prompt, load, load_words

__all__ = ["Prompt", "load", "load_words"]
