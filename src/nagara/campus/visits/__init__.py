"""Technical visits: host, seats, transport, needs of people, the printed sheet."""
