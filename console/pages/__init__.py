"""One module a resource. Each lists its `ROUTES`; `console.blueprint` mounts them."""
