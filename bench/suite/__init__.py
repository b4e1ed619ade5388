"""Suites: TOML files, validated into typed objects and expanded into cells."""
