"""A fictional commune and a month of cases on a moving clock, played through the real dialogues and rules."""
