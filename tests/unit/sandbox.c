/* sandbox: what a process can do outside of it, and not inside. The inside runs in a child process,
 * because a process cannot leave the sandbox. */
#include "core/sandbox.h"
#include "check.h"
#include "folder.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>

static int opened = -1; /* a file that was opened before */
static const struct sockaddr_un door = {AF_UNIX, "log"};

enum act {
	WRITE_FILE,
	CUT_FILE,
	MAKE_FILE,
	REMOVE_FILE,
	MAKE_FOLDER,
	REMOVE_FOLDER,
	RENAME_FILE,
	LIST_FOLDER,
	RUN_PROGRAM,
	LISTEN,
	SIGNAL_OTHER,
	GAIN_RIGHTS,
	READ_FILE,
	WRITE_OPEN,
	REACH_SOCKET,
	SIGNAL_CHILD,
};

/* The version of Landlock that forbids each; 0: no version does. */
static const struct {
	const char *name;
	long since;
} acts[] = {
    [WRITE_FILE] = {"write a file", 1},
    [CUT_FILE] = {"cut a file", 3},
    [MAKE_FILE] = {"make a file", 1},
    [REMOVE_FILE] = {"remove a file", 1},
    [MAKE_FOLDER] = {"make a folder", 1},
    [REMOVE_FOLDER] = {"remove a folder", 1},
    [RENAME_FILE] = {"rename a file", 1},
    [LIST_FOLDER] = {"list a folder", 1},
    [RUN_PROGRAM] = {"run a program", 1},
    [LISTEN] = {"listen on a port", 4},
    [SIGNAL_OTHER] = {"signal another process", 6},
    [GAIN_RIGHTS] = {"gain rights by a program", 1},
    [READ_FILE] = {"read a file", 0},
    [WRITE_OPEN] = {"write to what is open", 0},
    [REACH_SOCKET] = {"reach a Unix socket", 0},
    [SIGNAL_CHILD] = {"signal a child", 0},
};

/* Returns whether a child could do it. */
static bool child_can(int status)
{
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool can(enum act act)
{
	const struct sockaddr_in any = {AF_INET, 0, {htonl(INADDR_LOOPBACK)}, {0}};
	int status = -1;
	pid_t child;
	char c;

	switch (act) {
	case WRITE_FILE:
		return open("users.json", O_WRONLY) >= 0;
	case CUT_FILE:
		return truncate("users.json", 1) == 0;
	case MAKE_FILE:
		return open(".new", O_RDONLY | O_CREAT, 0600) >= 0;
	case REMOVE_FILE:
		return unlink("users.json") == 0;
	case MAKE_FOLDER:
		return mkdir("log", 0700) == 0;
	case REMOVE_FOLDER:
		return rmdir("log") == 0;
	case RENAME_FILE:
		return rename("users.json", ".new") == 0;
	case LIST_FOLDER:
		return open(".", O_RDONLY | O_DIRECTORY) >= 0;
	case RUN_PROGRAM:
		child = fork();
		if (child == 0) {
			execl("/bin/sh", "sh", "-c", ":", (char *)NULL);
			_exit(1);
		}
		return waitpid(child, &status, 0) == child && child_can(status);
	case LISTEN:
		return bind(socket(AF_INET, SOCK_STREAM, 0), (const struct sockaddr *)&any,
			    sizeof any) == 0;
	case SIGNAL_OTHER:
		return kill(getppid(), 0) == 0;
	case GAIN_RIGHTS:
		return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0;
	case READ_FILE:
		return read(open("machines.json", O_RDONLY), &c, 1) == 1;
	case WRITE_OPEN:
		return pwrite(opened, "[]", 2, 0) == 2;
	case REACH_SOCKET:
		return connect(socket(AF_UNIX, SOCK_STREAM, 0), (const struct sockaddr *)&door,
			       sizeof door) == 0;
	case SIGNAL_CHILD:
		child = fork();
		if (child == 0)
			for (;;)
				pause();
		return kill(child, SIGKILL) == 0 && waitpid(child, NULL, 0) == child;
	}
	return false;
}

/* Prepares the folder, and does the act in a child. */
static bool works(enum act act, bool inside)
{
	int status = -1, listener = -1;

	unlink(".new");
	unlink("log");
	rmdir("log");
	folder_write("users.json", "[]");
	if (act == REMOVE_FOLDER)
		CHECK(mkdir("log", 0700) == 0);
	if (act == REACH_SOCKET) {
		listener = socket(AF_UNIX, SOCK_STREAM, 0);
		CHECK(bind(listener, (const struct sockaddr *)&door, sizeof door) == 0 &&
		      listen(listener, 8) == 0);
	}
	pid_t child = fork();
	if (child == 0) {
		if (inside)
			sandbox_enter();
		_exit(can(act) ? 0 : 1);
	}
	waitpid(child, &status, 0);
	close(listener);
	CHECK_ROW(WIFEXITED(status), acts[act].name);
	return child_can(status);
}

TEST(acts)
{
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0, 1);

	printf("Landlock: version %ld\n", version < 0 ? 0 : version);
	folder_make();
	folder_write("machines.json", "[]");
	CHECK(chdir(folder) == 0);
	opened = open("machines.json", O_RDWR);
	for (enum act act = WRITE_FILE; act <= SIGNAL_CHILD; act++) {
		bool stopped = acts[act].since > 0 && version >= acts[act].since;
		CHECK_ROW(works(act, false), acts[act].name);
		CHECK_ROW(works(act, true) != stopped, acts[act].name);
	}
}
