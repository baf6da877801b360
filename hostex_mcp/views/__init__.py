"""Views of a host's day, calendar, figures, threads and changes."""
