"""``python -m ledcal``."""

from ledcal.cli.main import main

if __name__ == "__main__":
    main()
