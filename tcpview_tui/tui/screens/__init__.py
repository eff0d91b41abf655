"""The dialogs and full-screen texts, one module each."""
