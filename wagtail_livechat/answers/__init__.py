"""The signpost: what a site can answer by itself, and when it says that it does not know."""
