"""The hall: the class that an instructor runs, from the personal codes to the server."""
