# The tests of openapi.json, of the console and of other pages, for the Makefile.

##@ To check it

check-web: all  ## eslint; openapi.json against the replies of the suite; the console, /docs/ and CORS in a browser
	@scripts/deps.sh web
	@scripts/docs.sh
	@SSA_CGI_BIN=$(abspath $(CGI_BIN)) tests/web/run.sh

.PHONY: check-web
