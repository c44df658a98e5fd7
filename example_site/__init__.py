"""A small bookshop on Wagtail with the live chat installed: for a first look, the browser tests and the benchmarks."""
