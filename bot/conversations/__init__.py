"""Conversations: durable inbox, one turn at a time, durable outbox."""
