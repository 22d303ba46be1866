"""HTTP plumbing: endpoint guard, problem+json, strict parsing, idempotency, paging, health."""
