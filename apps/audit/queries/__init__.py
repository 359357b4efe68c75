"""Reading the audit: administrators only."""
