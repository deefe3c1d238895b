/* The minimum of an SCGI worker: accept, one read, one write, close. Its speed under lighttpd is
 * the limit for every SCGI worker. lighttpd starts it with the listening socket as fd 0. Like the
 * programs, it makes SSA_WORKERS processes. */
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

int main(void)
{
	static const char reply[] = "Status: 200 OK\r\n"
				    "Content-Type: application/json\r\n"
				    "Content-Length: 27\r\n"
				    "Cache-Control: no-store\r\n"
				    "X-Content-Type-Options: nosniff\r\n"
				    "\r\n"
				    "{\"code\":200,\"message\":\"OK\"}";
	static char request[16384];
	const char *workers = getenv("SSA_WORKERS");

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	for (int i = workers ? atoi(workers) : 1; i > 1; i--)
		if (fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGTERM);
			break;
		}
	for (;;) {
		int fd = accept(STDIN_FILENO, NULL, NULL);
		if (fd < 0)
			return 1;
		if (recv(fd, request, sizeof request, 0) > 0)
			(void)!write(fd, reply, sizeof reply - 1);
		close(fd);
	}
}
