"""What each command of the command line does. Imports that take time stand inside the functions."""
