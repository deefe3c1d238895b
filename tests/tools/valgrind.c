/* For `make valgrind` alone: stands in a program's place and becomes valgrind with that program. No shell script (as
 * Debian's valgrind itself is one), because a shell makes one of two variables of the same name, and to refuse such
 * requests is up to the programs. */
#include <unistd.h>

int main(void)
{
	execlp(VALGRIND, VALGRIND, "-q", "--error-exitcode=99", "--track-fds=no", "--log-file=" LOG,
	       PROGRAM, (char *)NULL);
	return 127;
}
