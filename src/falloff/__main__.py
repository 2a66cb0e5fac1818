"""``python -m falloff``: the command, where its script is not on the path."""

from falloff.cli import main

if __name__ == "__main__":
    main()
