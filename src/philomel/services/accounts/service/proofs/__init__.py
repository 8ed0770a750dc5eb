"""What proofs are made of: hashed passwords, opaque secrets, counted tries, and a short memory."""
