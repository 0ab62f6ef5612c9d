"""What a product holds about its users today: which fields are static, stale, shared, sensitive."""
