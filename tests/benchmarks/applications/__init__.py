"""ASGI applications that only benchmarks serve: the raw limit, code as tutorials teach it, and the
bookshop with one thing changed.
"""
