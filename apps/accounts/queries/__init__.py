"""Asking about accounts."""
