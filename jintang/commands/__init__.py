"""The commands of `jintang`, one file each."""
