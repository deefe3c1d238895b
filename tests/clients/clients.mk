# The adapters of examples/ against the packages that they adapt, and www/openapi.json against
# Prism, for the Makefile.

##@ To check it

check-clients: all  ## examples/ and openapi.json against packages from npm; needs node and npm
	@SSA_CGI_BIN=$(CGI_BIN) tests/clients.sh

.PHONY: check-clients
