"""Invented agencies whose logs lie as in production: something to look at before connecting one's own."""

from ingestion.demo.folder import generate

__all__ = ["generate"]
