"""How well forecasts matched what people did: rivals, metrics, the ladder."""
