"""The auditor: looks whether the promises hold in the rows, mends what it can, tells of the rest."""
