"""`python -m jintang` is `jintang`."""

from jintang.cli import main

main()
