"""Who the staff are and what they may do: accounts, sessions, single sign-on, roles."""
