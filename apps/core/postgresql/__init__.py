"""Django's database backend for PostgreSQL with fewer round trips; docs/adr/0024 says what each saves."""
