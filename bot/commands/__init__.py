"""What each command of `hoiam` does; imported only when it is called."""
