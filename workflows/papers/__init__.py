"""Papers a village ends with, made of the record for A4 (domain §2.8); with names, without ID numbers."""
