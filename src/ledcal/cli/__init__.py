"""The command line: strings to values and back; the only place that prints or exits."""
