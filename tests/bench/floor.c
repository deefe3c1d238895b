/* The floor of a CGI start: what status and info cannot leave out, and nothing else. It enters
 * landlock, sends the Redis commands of that program in FLOOR_COMMANDS, reads both data files while
 * Redis works, and writes the same reply as empty.c. It checks nothing that it reads. */
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

static int read_file(const char *path)
{
	char bytes[16384];
	int fd = open(path, O_RDONLY);

	return fd >= 0 && read(fd, bytes, sizeof bytes) > 0;
}

static int redis(const char *path, const char *commands)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t len = strlen(commands);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	strncpy(address.sun_path, path, sizeof address.sun_path - 1);
	if (connect(fd, (const struct sockaddr *)&address, sizeof address) != 0 ||
	    write(fd, commands, len) != (ssize_t)len)
		return -1;
	return fd;
}

/* The rights of libcommon/core/sandbox.c, with those of the network where the kernel knows them. */
static int enter_landlock(void)
{
	unsigned long long rights[] = {0x7ffb, 1};
	long fd = syscall(SYS_landlock_create_ruleset, rights, sizeof rights, 0);

	if (fd < 0)
		fd = syscall(SYS_landlock_create_ruleset, rights, sizeof rights[0], 0);
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       syscall(SYS_landlock_restrict_self, fd, 0) == 0;
}

int main(void)
{
	static const char reply[] = "Status: 200 OK\r\n"
				    "Content-Type: application/json\r\n"
				    "Content-Length: 27\r\n"
				    "Cache-Control: no-store\r\n"
				    "X-Content-Type-Options: nosniff\r\n"
				    "\r\n"
				    "{\"code\":200,\"message\":\"OK\"}";
	char answers[2048];

	enter_landlock();
	int fd = redis(getenv("FLOOR_REDIS"), getenv("FLOOR_COMMANDS"));
	if (fd < 0 || !read_file(getenv("FLOOR_USERS")) || !read_file(getenv("FLOOR_MACHINES")) ||
	    read(fd, answers, sizeof answers) <= 0)
		return 1;
	return write(STDOUT_FILENO, reply, sizeof reply - 1) == sizeof reply - 1 ? 0 : 1;
}
