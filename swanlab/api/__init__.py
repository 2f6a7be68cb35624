"""Reading back what was recorded: ``swanlab.Api``, and ``swanlab.OpenApi`` of older programs."""

from __future__ import annotations

from swanlab.api.api import Api
from swanlab.api.openapi import ApiResponse, OpenApi

__all__ = ["Api", "ApiResponse", "OpenApi"]
