"""The bookshop: its pages, its order funnel and the content that the demo loads."""
