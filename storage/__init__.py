"""Tables, the unit of work, migrations, field encryption, the file vault, the outbox."""
