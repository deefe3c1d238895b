/* Only for tests/suite/calls.bats and ctl.bash: linked before the C library into copies of the
 * programs, so that each of their calls can be made to fail. The environment says which one:
 *
 *   SSA_TEST_FAIL=memory:7     the 7th allocation gets no memory
 *   SSA_TEST_FAIL=drought:7    the same, and each allocation after it
 *   SSA_TEST_FAIL=error:7      the 7th system call fails, with an error that it may have
 *   SSA_TEST_FAIL=kill:7       the process is killed at its 7th system call
 *   SSA_TEST_FAIL=signal:7     the 7th call that a signal may interrupt is interrupted
 *   SSA_TEST_FAIL=short:7      the 7th transfer of more than a byte transfers only one byte
 *   SSA_TEST_FAIL_LOG=FILE     an empty file that gets the name of the first call that failed
 *
 * Only one call fails in all processes that inherit this environment, so a process that is started
 * again works. A drought ends when the file is removed. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

int __real_open(const char *path, int flags, ...);
ssize_t __real_write(int fd, const void *bytes, size_t size);

/* Succeeds once for all processes, because the file is empty only before. */
static bool record(const char *name)
{
	const char *path = getenv("SSA_TEST_FAIL_LOG");
	int fd = path != NULL ? __real_open(path, O_WRONLY | O_APPEND | O_CLOEXEC) : -1;
	bool first = fd >= 0 && flock(fd, LOCK_EX) == 0 && lseek(fd, 0, SEEK_END) == 0 &&
		     __real_write(fd, name, strlen(name)) > 0;

	if (fd >= 0)
		close(fd);
	return first;
}

/* How many calls of this kind come before the one that fails. -1: no call fails. */
static long *left_of(const char *kind)
{
	static const char *wanted;
	static long left = -1;
	static size_t len;

	if (wanted == NULL) {
		wanted = getenv("SSA_TEST_FAIL");
		wanted = wanted != NULL ? wanted : "";
		len = strcspn(wanted, ":");
		if (wanted[len] == ':')
			left = strtol(wanted + len + 1, NULL, 10) - 1;
	}
	return strlen(kind) == len && memcmp(wanted, kind, len) == 0 ? &left : NULL;
}

/* Whether this call must fail. */
static bool is_hit(const char *kind, const char *name)
{
	long *left = left_of(kind);

	return left != NULL && *left >= 0 && (*left)-- == 0 && record(name);
}

static bool is_dry(const char *name)
{
	static bool dry;

	dry = dry || is_hit("drought", name);
	return dry && access(getenv("SSA_TEST_FAIL_LOG"), F_OK) == 0;
}

static bool fails(bool hit, int before, int error)
{
	errno = hit ? error : before;
	return hit;
}

static bool has_error(const char *name, int error)
{
	if (is_hit("kill", name))
		raise(SIGKILL);
	return fails(is_hit("error", name), errno, error);
}

static bool has_no_memory(const char *name)
{
	return fails(is_hit("memory", name) || is_dry(name), errno, ENOMEM);
}

static bool is_interrupted(const char *name)
{
	return fails(is_hit("signal", name), errno, EINTR);
}

/* The sandbox is replaced, because record() could not write in it. */
void __wrap_sandbox_enter(void);
void __wrap_sandbox_enter(void)
{
}

/* --- memory ----------------------------------------------------------------------------------- */

#define MEMORY(name, parameters, arguments)                                                        \
	void *__real_##name parameters;                                                            \
	void *__wrap_##name parameters;                                                            \
	void *__wrap_##name parameters                                                             \
	{                                                                                          \
		return has_no_memory(#name) ? NULL : __real_##name arguments;                      \
	}

MEMORY(malloc, (size_t size), (size))
MEMORY(calloc, (size_t count, size_t size), (count, size))
MEMORY(realloc, (void *old, size_t size), (old, size))

void *__real_mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset);
void *__wrap_mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset);
void *__wrap_mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset)
{
	return has_no_memory("mmap") ? MAP_FAILED
				     : __real_mmap(at, size, protection, flags, fd, offset);
}

/* The linker redirects this one too, see libcommon/core/heap.c, which is not in these programs. */
void __real_free(void *block);
void __wrap_free(void *block);
void __wrap_free(void *block)
{
	__real_free(block);
}

/* --- system calls that fail ------------------------------------------------------------------- */

#define CALL(type, name, error, parameters, arguments)                                             \
	type __real_##name parameters;                                                             \
	type __wrap_##name parameters;                                                             \
	type __wrap_##name parameters                                                              \
	{                                                                                          \
		return has_error(#name, error) ? -1 : __real_##name arguments;                     \
	}

CALL(int, fstat, EIO, (int fd, struct stat *out), (fd, out))
CALL(int, stat, EACCES, (const char *path, struct stat *out), (path, out))
CALL(int, socket, EMFILE, (int family, int type, int protocol), (family, type, protocol))
CALL(int, setsockopt, ENOMEM, (int fd, int level, int option, const void *value, socklen_t len),
     (fd, level, option, value, len))
CALL(ssize_t, getrandom, EINTR, (void *bytes, size_t size, unsigned flags), (bytes, size, flags))
CALL(int, semget, ENOSPC, (key_t key, int count, int flags), (key, count, flags))
CALL(int, semop, ENOMEM, (int set, struct sembuf *steps, size_t count), (set, steps, count))
CALL(int, shmget, ENOSPC, (key_t key, size_t size, int flags), (key, size, flags))
CALL(int, shmctl, EIDRM, (int id, int what, struct shmid_ds *out), (id, what, out))
CALL(pid_t, fork, EAGAIN, (void), ())
CALL(int, poll, ENOMEM, (struct pollfd * fds, nfds_t count, int ms), (fds, count, ms))
CALL(int, epoll_create1, EMFILE, (int flags), (flags))
CALL(int, epoll_ctl, ENOSPC, (int set, int operation, int fd, struct epoll_event *event),
     (set, operation, fd, event))
CALL(int, accept4, EMFILE, (int fd, struct sockaddr *from, socklen_t *len, int flags),
     (fd, from, len, flags))
CALL(ssize_t, write, ENOSPC, (int fd, const void *bytes, size_t size), (fd, bytes, size))

/* Those of an edit (libcommon/data/edit.c). */
CALL(int, unlinkat, EIO, (int folder, const char *name, int flags), (folder, name, flags))
CALL(int, fchown, EPERM, (int fd, uid_t user, gid_t group), (fd, user, group))
CALL(int, fchmod, EPERM, (int fd, mode_t mode), (fd, mode))
CALL(int, fstatat, EIO, (int folder, const char *name, struct stat *out, int flags),
     (folder, name, out, flags))
CALL(int, fsync, EIO, (int fd), (fd))
CALL(int, renameat, EIO, (int from, const char *old, int to, const char *new), (from, old, to, new))

long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);
long __wrap_syscall(long number, ...)
{
	va_list arguments;

	va_start(arguments, number);
	int from = va_arg(arguments, int);
	const char *old = va_arg(arguments, const char *);
	int to = va_arg(arguments, int);
	const char *new = va_arg(arguments, const char *);
	int flags = va_arg(arguments, int);
	va_end(arguments);
	return has_error("renameat2", EIO) ? -1 : __real_syscall(number, from, old, to, new, flags);
}

int __real_openat(int folder, const char *name, int flags, ...);
int __wrap_openat(int folder, const char *name, int flags, ...);
int __wrap_openat(int folder, const char *name, int flags, ...)
{
	return has_error("openat", ENOSPC) ? -1 : __real_openat(folder, name, flags, 0600);
}

void *__real_shmat(int id, const void *at, int flags);
void *__wrap_shmat(int id, const void *at, int flags);
void *__wrap_shmat(int id, const void *at, int flags)
{
	return has_error("shmat", ENOMEM) ? MAP_FAILED : __real_shmat(id, at, flags);
}

int __wrap_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...)
{
	return has_error("open", EMFILE) ? -1 : __real_open(path, flags);
}

/* --- system calls that are also interrupted, or transfer less --------------------------------- */

#define WAIT(type, name, error, parameters, arguments)                                             \
	type __real_##name parameters;                                                             \
	type __wrap_##name parameters;                                                             \
	type __wrap_##name parameters                                                              \
	{                                                                                          \
		if (has_error(#name, error) || is_interrupted(#name))                              \
			return -1;                                                                 \
		return __real_##name arguments;                                                    \
	}

WAIT(int, connect, ECONNREFUSED, (int fd, const struct sockaddr *to, socklen_t len), (fd, to, len))
WAIT(int, epoll_pwait, ENOMEM,
     (int set, struct epoll_event *events, int count, int ms, const sigset_t *mask),
     (set, events, count, ms, mask))

#define TRANSFER(name, error, type, flags_parameter, flags_argument)                               \
	ssize_t __real_##name(int fd, type bytes, size_t size flags_parameter);                    \
	ssize_t __wrap_##name(int fd, type bytes, size_t size flags_parameter);                    \
	ssize_t __wrap_##name(int fd, type bytes, size_t size flags_parameter)                     \
	{                                                                                          \
		if (has_error(#name, error) || is_interrupted(#name))                              \
			return -1;                                                                 \
		if (size > 1 && is_hit("short", #name))                                            \
			size = 1;                                                                  \
		return __real_##name(fd, bytes, size flags_argument);                              \
	}
#define NOTHING
#define FLAGS_PARAMETER , int flags
#define FLAGS_ARGUMENT  , flags

TRANSFER(read, EIO, void *, NOTHING, NOTHING)
TRANSFER(recv, ECONNRESET, void *, FLAGS_PARAMETER, FLAGS_ARGUMENT)
TRANSFER(send, EPIPE, const void *, FLAGS_PARAMETER, FLAGS_ARGUMENT)

ssize_t __real_writev(int fd, const struct iovec *parts, int count);
ssize_t __wrap_writev(int fd, const struct iovec *parts, int count);
ssize_t __wrap_writev(int fd, const struct iovec *parts, int count)
{
	if (has_error("writev", EPIPE) || is_interrupted("writev"))
		return -1;
	if (is_hit("short", "writev"))
		return __real_write(fd, parts[0].iov_base, 1);
	return __real_writev(fd, parts, count);
}
