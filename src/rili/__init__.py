"""Rili: a calendar server that speaks DingTalk's Calendar API."""

__version__ = "0.1.0"
