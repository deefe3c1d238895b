/* Only for `make valgrind`: this takes the place of a program and runs valgrind with that program.
 * A shell script (as Debian's valgrind itself is one) cannot do this, because a shell joins two
 * variables of the same name. The programs themselves must see and refuse such requests. */
#include <unistd.h>

int main(void)
{
	execlp(VALGRIND, VALGRIND, "-q", "--error-exitcode=99", "--track-fds=no", "--log-file=" LOG,
	       PROGRAM, (char *)NULL);
	return 127;
}
