"""One adapter for each contract: call, keep the allowed fields, map. No body leaves this room."""
