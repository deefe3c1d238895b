#include "prompt.h"
#include "core/scan.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

enum { RANDOM_LEN = 24 };

static volatile sig_atomic_t stopped_by;

static void note_signal(int number)
{
	stopped_by = number;
}

/* Reads up to the end, or, from a terminal, up to a newline. `before` (NULL: not a terminal): the
 * signals that are blocked while it does not wait, so that none is missed between two reads.
 * Returns the length, or -1. */
static long read_bytes(char *out, size_t size, const sigset_t *before)
{
	struct pollfd stdin_ready = {.fd = 0, .events = POLLIN};
	size_t len = 0;

	while (len < size) {
		if (before != NULL && ppoll(&stdin_ready, 1, NULL, before) < 0)
			return -1;
		ssize_t n = read(0, out + len, before != NULL ? 1 : size - len);
		if (n < 0)
			return -1;
		len += (size_t)n;
		if (n == 0 || (before != NULL && out[len - 1] == '\n'))
			break;
	}
	return (long)len;
}

/* Returns what is wrong with the password, or NULL. */
static const char *read_password(char out[static PASSWORD_MAX_BYTES + 1], const sigset_t *before)
{
	/* Two bytes more: the newline of Windows, or what shows that a password is too long. */
	char bytes[PASSWORD_MAX_BYTES + 2];
	const char *why = NULL;
	long len = read_bytes(bytes, sizeof bytes, before);

	if (len > 0 && bytes[len - 1] == '\n')
		len -= len > 1 && bytes[len - 2] == '\r' ? 2 : 1;
	if (len < 0)
		why = "cannot read the password";
	else if (len == 0)
		why = "the password is empty";
	else if (len > PASSWORD_MAX_BYTES)
		why = "the password has more than " TEXT_OF(PASSWORD_MAX_BYTES) " bytes";
	else if (memchr(bytes, '\0', (size_t)len) != NULL || !scan_is_utf8(bytes, (size_t)len))
		why = "the password is not UTF-8";
	if (why == NULL) {
		memcpy(out, bytes, (size_t)len);
		out[len] = '\0';
	}
	crypto_wipe(bytes, sizeof bytes);
	return why;
}

/* Asks on the terminal. Ctrl-C ends the program, but only after the echo is back. Returns what is
 * wrong, or NULL. */
static const char *ask(const char *prompt, char out[static PASSWORD_MAX_BYTES + 1])
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
	enum { SIGNALS = sizeof signals / sizeof signals[0] };
	struct sigaction note = {.sa_handler = note_signal}, action[SIGNALS];
	sigset_t blocked, mask;
	struct termios with_echo, without;

	if (tcgetattr(0, &with_echo) != 0)
		return "cannot turn off the echo of the terminal";
	stopped_by = 0;
	sigemptyset(&blocked);
	for (int i = 0; i < SIGNALS; i++)
		sigaddset(&blocked, signals[i]);
	sigprocmask(SIG_BLOCK, &blocked, &mask);
	for (int i = 0; i < SIGNALS; i++)
		sigaction(signals[i], &note, &action[i]);
	without = with_echo;
	without.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(0, TCSAFLUSH, &without);
	fputs(prompt, stderr);
	fflush(stderr);
	const char *why = read_password(out, &mask);
	tcsetattr(0, TCSAFLUSH, &with_echo);
	fputc('\n', stderr);
	for (int i = 0; i < SIGNALS; i++)
		sigaction(signals[i], &action[i], NULL);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	if (stopped_by != 0)
		raise(stopped_by);
	return why;
}

void prompt_password(char out[static PASSWORD_MAX_BYTES + 1], bool twice)
{
	char again[PASSWORD_MAX_BYTES + 1];
	const char *why = NULL;
	bool terminal = isatty(0);

	if (!terminal)
		why = read_password(out, NULL);
	else
		why = ask("Password: ", out);
	if (why == NULL && terminal && twice) {
		why = ask("Again: ", again);
		if (why == NULL && strcmp(out, again) != 0)
			why = "the two passwords differ";
		crypto_wipe(again, sizeof again);
	}
	if (why != NULL)
		ctl_end(CTL_FAILED, "%s", why);
}

void prompt_hash(struct ctl *c, const char *like, char hash[static CRYPTO_HASH_SIZE],
		 char password[static PASSWORD_MAX_BYTES + 1])
{
	if (!c->random)
		prompt_password(password, true);
	else if (!crypto_random(password, RANDOM_LEN))
		ctl_end(CTL_FAILED, "no random bytes");
	if (!crypto_argon2id_make(hash, password, like))
		ctl_end(CTL_FAILED, "cannot hash the password: no memory");
}
