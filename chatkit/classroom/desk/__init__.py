"""The desk: the whole method as a page for people who write no Python."""
