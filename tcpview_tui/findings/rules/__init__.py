"""The rules, a family of them in each module; `findings.table` has them all."""
