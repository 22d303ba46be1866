"""What runs and proves the project on one machine: the environment, the embedded servers, `make run`, `make test`."""
