"""Code that others wrote, unmodified: `pip install cpsad[third_party]`; what is not installed is skipped."""
