/* cjson-parse FILE...: reads each file whole and parses it with cJSON. A CGI request with large
 * data files is compared with this. Nothing is freed, which is an advantage for cJSON. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cjson/cJSON.h>

static int parse(const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY);

	if (fd < 0 || fstat(fd, &st) != 0)
		return 0;
	size_t len = (size_t)st.st_size;
	char *text = malloc(len + 1);
	if (text == NULL || read(fd, text, len) != st.st_size)
		return 0;
	return cJSON_ParseWithLength(text, len) != NULL;
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (!parse(argv[i]))
			return 1;
	return 0;
}
