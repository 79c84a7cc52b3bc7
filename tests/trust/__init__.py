"""What the installation promises about trust, tried from outside."""
