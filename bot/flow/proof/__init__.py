"""The way-out proof: from wherever a contact is asked something, a person is within reach. Told in docs/proof.md."""
