"""What stands in front of and around the application, tried where the programs are installed."""
