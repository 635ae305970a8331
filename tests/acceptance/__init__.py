"""The desk as a customer, an agent and a supervisor live it: scenarios over HTTP alone, against one whole house in the lab."""
