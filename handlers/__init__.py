"""The dialogues: what is said and asked, step by step. They know no channel and no database."""
