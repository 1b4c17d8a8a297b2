"""Honest timings: whole processes, several rounds, ours and the peer in turn, ratios pair by pair."""
