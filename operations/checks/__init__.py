"""What the doctor looks at, one file per part of the house. Each check takes a Patient and says what it found."""
