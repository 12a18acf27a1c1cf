"""The libraries that the page and the service work on."""
