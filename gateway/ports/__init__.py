"""What is plugged in, linked and listening, held against the declaration; neighbours' doors; seals; what was closed."""
