"""`python -m ansinh`: what the launcher calls."""

from ansinh.cli import main

main()
