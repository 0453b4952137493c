"""Speed and memory, measured beside what they are held against in the same run: `make bench`."""
