"""Revisions of the database, run by `storage.migrate`."""
