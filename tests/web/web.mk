# The tests of openapi.json and of the pages, for the Makefile.

##@ To check it

check-web: all  ## openapi.json against the replies of the suite; /docs/ and CORS in a browser
	@scripts/deps.sh web
	@scripts/docs.sh
	@SSA_CGI_BIN=$(abspath $(CGI_BIN)) tests/web/run.sh

.PHONY: check-web
