"""Callbacks and loggers of training frameworks: import the one of yours."""
