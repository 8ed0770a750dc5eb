"""The product. Every service has the same rooms; see ARCHITECTURE.md."""
