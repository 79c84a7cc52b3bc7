"""The rules of the trade: plain functions over plain data, `now` and the calendar passed in."""
