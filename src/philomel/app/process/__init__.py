"""What every process of Philomel has: a data folder, a control socket, a way to log."""
