/* bare-hash make PASSWORD: prints an Argon2id string of it, with 19 MiB and 2 passes. bare-hash
 * rate HASH PASSWORD SECONDS: prints how many verifications per second all processors make
 * together, with nothing else around them. Logins are compared with this. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <sodium.h>

enum { PASSES = 2, MEMORY_BYTES = 19 << 20 };

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int make(const char *password)
{
	char hash[crypto_pwhash_argon2id_STRBYTES];

	if (crypto_pwhash_argon2id_str(hash, password, strlen(password), PASSES, MEMORY_BYTES) != 0)
		return 1;
	return puts(hash) < 0;
}

/* Verifies until the time is over, and writes the rate of this processor to the pipe. */
static int work(int out, const char *hash, const char *password, double seconds)
{
	double begin = now(), rate, took;
	int count = 0;

	do {
		if (crypto_pwhash_argon2id_str_verify(hash, password, strlen(password)) != 0)
			return 1;
		count++;
		took = now() - begin;
	} while (took < seconds);
	rate = count / took;
	return write(out, &rate, sizeof rate) != sizeof rate;
}

static int measure(const char *hash, const char *password, double seconds)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	double sum = 0, rate;
	int ends[2];

	if (pipe(ends) != 0)
		return 1;
	for (long i = 0; i < processors; i++) {
		pid_t pid = fork();
		if (pid == 0)
			_exit(work(ends[1], hash, password, seconds));
		if (pid < 0)
			return 1;
	}
	for (long i = 0; i < processors; i++) {
		int status;
		if (wait(&status) < 0 || status != 0 ||
		    read(ends[0], &rate, sizeof rate) != sizeof rate)
			return 1;
		sum += rate;
	}
	return printf("%.3f\n", sum) < 0;
}

int main(int argc, char **argv)
{
	if (sodium_init() < 0)
		return 1;
	if (argc == 3 && strcmp(argv[1], "make") == 0)
		return make(argv[2]);
	if (argc == 5 && strcmp(argv[1], "rate") == 0)
		return measure(argv[2], argv[3], strtod(argv[4], NULL));
	fputs("usage: bare-hash make PASSWORD | rate HASH PASSWORD SECONDS\n", stderr);
	return 2;
}
