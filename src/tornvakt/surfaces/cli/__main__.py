"""`python -m tornvakt.surfaces.cli`, which is what `./tornvakt` runs."""

from tornvakt.surfaces.cli.app import main

if __name__ == "__main__":
    main()
