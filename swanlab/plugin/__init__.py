"""Callbacks ready to use: notifications and writers."""
