# The adapters of examples/ against the packages that they adapt, for the Makefile.

##@ To check it

check-clients: all  ## examples/ against react-admin, refine and vite from npm; needs node and npm
	@tests/clients.sh

.PHONY: check-clients
