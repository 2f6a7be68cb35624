"""The former name of ``swanlab.integration.transformers``."""

from swanlab.integration.transformers import SwanLabCallback

__all__ = ["SwanLabCallback"]
