# The adapters of examples/ against the packages that they adapt, for the Makefile.

##@ To check it

check-clients: all  ## examples/ against react-admin, refine and vite from npm; needs node and npm
	@SSA_CGI_BIN=$(CGI_BIN) tests/clients.sh

.PHONY: check-clients
