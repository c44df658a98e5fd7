"""The wire: what a browser may ask, what it may be told, and how both become JSON.

This package knows nothing of Django. The TypeScript types and the reference page are
generated from it (see :mod:`.typescript` and :mod:`.reference`).
"""
