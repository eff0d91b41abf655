"""Where raw connections come from: one module a source, none with any policy."""
