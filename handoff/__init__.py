"""The rules of the desk: queues, agents, tickets, who holds them and how they end. Knows conversation; no pages."""
