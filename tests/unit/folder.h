/* folder: a folder of the test's own, for modules that read files. */
#ifndef FOLDER_H
#define FOLDER_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[256];

static inline const char *folder_path(const char *name)
{
	static char path[400];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	return path;
}

static inline void folder_remove(void)
{
	static const char *const names[] = {"users.json", "machines.json", ".new", "log"};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (unlink(folder_path(names[i])) != 0)
			rmdir(folder_path(names[i]));
	rmdir(folder);
}

static inline void folder_make(void)
{
	const char *parent = getenv("TMPDIR");

	snprintf(folder, sizeof folder, "%s/unit.XXXXXX", parent ? parent : "/tmp");
	if (mkdtemp(folder) == NULL) {
		perror(folder);
		exit(EXIT_FAILURE);
	}
	atexit(folder_remove);
}

static inline void folder_put(const char *name, const char *bytes, size_t len)
{
	int fd = open(folder_path(name), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || write(fd, bytes, len) != (ssize_t)len) {
		perror(name);
		exit(EXIT_FAILURE);
	}
	close(fd);
}

/* Writes the file in place. */
static inline void folder_write(const char *name, const char *text)
{
	folder_put(name, text, strlen(text));
}

/* Replaces the file by rename. */
static inline void folder_replace(const char *name, const char *text)
{
	char from[400];

	folder_put(".new", text, strlen(text));
	snprintf(from, sizeof from, "%s", folder_path(".new"));
	if (rename(from, folder_path(name)) != 0)
		exit(EXIT_FAILURE);
}

/* From now on the log goes to a file. */
static inline void folder_log(void)
{
	int fd = open(folder_path("log"), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);

	if (fd < 0 || dup2(fd, STDERR_FILENO) < 0)
		exit(EXIT_FAILURE);
	close(fd);
}

/* Returns what was logged since the last call. */
static inline const char *folder_logged(void)
{
	static char text[65536];
	int fd = open(folder_path("log"), O_RDWR);
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof text - 1);

	text[n > 0 ? n : 0] = '\0';
	if (fd < 0 || ftruncate(fd, 0) != 0)
		exit(EXIT_FAILURE);
	close(fd);
	return text;
}

#endif
