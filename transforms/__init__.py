"""The passes: from a Python function's syntax tree to continuation-passing style with adjoints.

Imported as `cpsad.transforms`. Nothing here knows values or derivative rules: see `docs/design.md`.
"""
