/* Only for `make test-arm64`: stands in the place of a program for another processor, and has an
 * emulator run it. So the kernel need not know such programs. EMULATOR is a link to the emulator
 * with the program's name, because that becomes the name of the process, which the tests look for.
 * This is no shell script, because a shell would join variables of the same name, which the
 * programs refuse. */
#include <unistd.h>

enum { ARGUMENTS_MAX = 64 };

int main(int argc, char **argv)
{
	char *all[ARGUMENTS_MAX + 4] = {EMULATOR, "-0", argv[0], PROGRAM};

	if (argc < 1 || argc > ARGUMENTS_MAX)
		return 127;
	for (int i = 1; i < argc; i++)
		all[i + 3] = argv[i];
	execv(EMULATOR, all);
	return 127;
}
