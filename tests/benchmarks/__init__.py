"""The figures of `make bench`: each beside the raw limit of this machine, measured in the same run.

    python -m tests.benchmarks                  everything (about a quarter of an hour)
    python -m tests.benchmarks --quick          everything, smaller and shorter
    python -m tests.benchmarks --only messages  one scenario; may be repeated

What each figure means is in docs/contributing/benchmarks.md. Machines differ and are never
quiet, so the ratio to the raw limit is what counts.
"""
