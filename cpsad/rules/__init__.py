"""Derivative rules, one table a library; `registry.py` has their form."""
