"""Nights, money and guests: pure functions over what Hostex returns, without HTTP."""
