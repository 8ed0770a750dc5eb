"""What answers of the open services mean, and whether they are about the right thing."""
