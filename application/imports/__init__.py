"""Files brought in as commands: command logs and assignment histories."""
