"""The pages a person sees: consent and linking, the return from Hostex, what is connected. No scripts."""
