"""What people wait for, measured: run by `make bench`. Nothing here passes or fails, since a clock is not a test."""
