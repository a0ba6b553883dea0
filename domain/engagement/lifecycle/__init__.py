"""The engagement as a whole: opened, suspended and resumed, its terms amended, ended."""
