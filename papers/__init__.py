"""Official papers: Word files drawn from templates of the data room, their pictures and their PDF."""
