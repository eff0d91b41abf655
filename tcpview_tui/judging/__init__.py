"""Who reads what the rules judge by, and when: off the thread of the screen, as seldom as will do."""
