"""Which suppressions to keep and which to lift, and what to suppress by hand."""
