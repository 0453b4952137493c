"""The tables of the first revision, room by room; never changed after the first release."""
