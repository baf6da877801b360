"""The pages a person sees: consent and linking, the return from Hostex, what is connected, and errors.

Rendered here, without scripts. `error_page` (in `render`) serves every other part too.
"""
