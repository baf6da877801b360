"""Nights, days, names and money: pure functions over what Hostex tells, without any HTTP."""
