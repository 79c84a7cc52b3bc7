"""One file per messenger: parse in, send out."""
