"""What happens by itself: delivery of the outbox, fetching of files, reminders and digests."""
