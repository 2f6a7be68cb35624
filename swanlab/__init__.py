"""An open experiment tracker for AI training."""

__version__ = "0.11.0"
