"""WHAT follows: resources, referrals and follow-ups."""
