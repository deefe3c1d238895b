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

static bool close_if(int fd)
{
	return fd >= 0 && close(fd) == 0;
}

/* --- what a process may want to do ------------------------------------------------------------ */

static bool write_a_file(void)
{
	return close_if(open("users.json", O_WRONLY));
}

static bool cut_a_file(void)
{
	return truncate("users.json", 1) == 0;
}

static bool make_a_file(void)
{
	return close_if(open(".new", O_RDONLY | O_CREAT, 0600));
}

static bool remove_a_file(void)
{
	return unlink("users.json") == 0;
}

static bool make_a_folder(void)
{
	return mkdir("log", 0700) == 0;
}

static bool remove_a_folder(void)
{
	return rmdir("log") == 0;
}

static bool rename_a_file(void)
{
	return rename("users.json", ".new") == 0;
}

static bool list_a_folder(void)
{
	return close_if(open(".", O_RDONLY | O_DIRECTORY));
}

static bool run_a_program(void)
{
	int status = -1;
	pid_t child = fork();

	if (child == 0) {
		execl("/bin/sh", "sh", "-c", ":", (char *)NULL);
		_exit(1);
	}
	return waitpid(child, &status, 0) == child && status == 0;
}

static bool listen_on_a_port(void)
{
	struct sockaddr_in any = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	bool bound = bind(fd, (struct sockaddr *)&any, sizeof any) == 0;

	close(fd);
	return bound;
}

static bool signal_another(void)
{
	return kill(getppid(), 0) == 0;
}

static bool read_a_file(void)
{
	char c;
	int fd = open("machines.json", O_RDONLY);
	bool read_one = read(fd, &c, 1) == 1;

	close(fd);
	return read_one;
}

static bool write_what_is_open(void)
{
	return pwrite(opened, "[]", 2, 0) == 2;
}

static bool reach_a_socket(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	bool reached = connect(fd, (const struct sockaddr *)&door, sizeof door) == 0;

	close(fd);
	return reached;
}

static bool signal_a_child(void)
{
	pid_t child = fork();

	if (child == 0)
		for (;;)
			pause();
	return kill(child, SIGKILL) == 0 && waitpid(child, NULL, 0) == child;
}

static bool gain_rights(void)
{
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0;
}

/* ---------------------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	bool (*act)(void);
	long since; /* the version of Landlock that forbids it; 0: no version does */
} acts[] = {
    {"write a file", write_a_file, 1},
    {"cut a file", cut_a_file, 3},
    {"make a file", make_a_file, 1},
    {"remove a file", remove_a_file, 1},
    {"make a folder", make_a_folder, 1},
    {"remove a folder", remove_a_folder, 1},
    {"rename a file", rename_a_file, 1},
    {"list a folder", list_a_folder, 1},
    {"run a program", run_a_program, 1},
    {"listen on a port", listen_on_a_port, 4},
    {"signal another process", signal_another, 6},
    {"gain rights by a program", gain_rights, 1},
    {"read a file", read_a_file, 0},
    {"write to what is open", write_what_is_open, 0},
    {"reach a Unix socket", reach_a_socket, 0},
    {"signal a child", signal_a_child, 0},
};

/* Runs the act in a child, whose exit status is the result. */
static bool works(bool inside, bool (*act)(void))
{
	int status = -1;
	pid_t child = fork();

	if (child == 0) {
		if (inside)
			sandbox_enter();
		_exit(act() ? 0 : 1);
	}
	waitpid(child, &status, 0);
	CHECK(WIFEXITED(status));
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* Prepares the folder for this act. */
static void set_up(bool (*act)(void))
{
	unlink(".new");
	unlink("log");
	rmdir("log");
	folder_write("users.json", "[]");
	if (act == remove_a_folder)
		CHECK(mkdir("log", 0700) == 0);
	if (act == reach_a_socket) {
		int listener = socket(AF_UNIX, SOCK_STREAM, 0);
		CHECK(bind(listener, (const struct sockaddr *)&door, sizeof door) == 0 &&
		      listen(listener, 8) == 0);
	}
}

int main(void)
{
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0, 1);

	printf("Landlock: version %ld\n", version < 0 ? 0 : version);
	folder_make();
	folder_write("machines.json", "[]");
	CHECK(chdir(folder) == 0);
	opened = open("machines.json", O_RDWR);
	for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++) {
		bool stopped = acts[i].since > 0 && version >= acts[i].since;
		set_up(acts[i].act);
		CHECK_ROW(works(false, acts[i].act), acts[i].name);
		set_up(acts[i].act);
		CHECK_ROW(works(true, acts[i].act) != stopped, acts[i].name);
	}
	return check_done();
}
