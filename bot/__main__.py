"""`python -m bot` is `hoiam`."""

from bot.cli import main

if __name__ == "__main__":
    main()
