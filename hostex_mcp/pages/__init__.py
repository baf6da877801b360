"""How pages for people look, whichever part of the server shows them: templates, style, and errors."""
