"""The maths of the games: what the players minimise, and how they move."""
