"""What a product holds about people today: which fields are static, stale, shared, sensitive."""
