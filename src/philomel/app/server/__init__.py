"""The server: its sockets, its public doors, and its life from start to stop."""
