"""Ways through the catalogue besides its lists, and what is inside a track."""
