/* The two data files: datafile.c, records.c, users.c, machines.c. The first byte of the input says
 * which of the files it is, how the program runs (for one request or for many), and what fails when
 * it reads the file again. The rest of the input is the file. */
#include "data/machines.h"
#include "data/users.h"
#include "fuzz.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { IS_USERS = 1, IS_RESIDENT = 2, FAULT_SHIFT = 4 };

/* What fails while a file is read. */
enum fault { NONE, NO_OPEN, NO_STAT, NO_READ, NO_SECOND_STAT, GROWN, TOO_LARGE, CUT };

static char dir[] = "/dev/shm/ssa-fuzz.XXXXXX";
static int file[2]; /* machines.json, users.json */

/* A half-written file is read again after a moment. Here the file stays as it is. */
int __wrap_nanosleep(const struct timespec *wait, struct timespec *left);
int __wrap_nanosleep(const struct timespec *wait, struct timespec *left)
{
	(void)wait, (void)left;
	return 0;
}

static enum fault fault;
static int stats;    /* calls of fstat since the file was opened */
static long changes; /* changes by a writer while the file is read */

/* The change is long ago, so that the version that was read is settled. */
static void set_change_time(struct stat *st)
{
	st->st_ctim.tv_sec -= 10;
	st->st_ctim.tv_nsec += changes;
}

/* hiredis uses large files, for which glibc has these names. */
int __real_openat64(int folder, const char *path, int flags, ...);
int __wrap_openat64(int folder, const char *path, int flags, ...);
int __wrap_openat64(int folder, const char *path, int flags, ...)
{
	stats = 0;
	errno = EMFILE;
	return fault == NO_OPEN ? -1 : __real_openat64(folder, path, flags, 0600);
}

ssize_t __real_read(int fd, void *bytes, size_t size);
ssize_t __wrap_read(int fd, void *bytes, size_t size);
ssize_t __wrap_read(int fd, void *bytes, size_t size)
{
	errno = EIO;
	return fault == NO_READ ? -1 : __real_read(fd, bytes, fault == CUT ? size / 2 : size);
}

int __real_stat64(const char *path, struct stat *st);
int __wrap_stat64(const char *path, struct stat *st);
int __wrap_stat64(const char *path, struct stat *st)
{
	int result = __real_stat64(path, st);

	set_change_time(st);
	return result;
}

int __real_fstat64(int fd, struct stat *st);
int __wrap_fstat64(int fd, struct stat *st);
int __wrap_fstat64(int fd, struct stat *st)
{
	int result = __real_fstat64(fd, st);
	bool second = ++stats > 1;

	if (fault == GROWN && second) {
		st->st_size++;
		changes++;
	}
	set_change_time(st);
	if (fault == TOO_LARGE)
		st->st_size = DATAFILE_MAX_BYTES + 1;
	errno = EIO;
	return fault == NO_STAT || (fault == NO_SECOND_STAT && second) ? -1 : result;
}

static void remove_files(void)
{
	static const char *const name[] = {"/machines.json", "/users.json"};
	char path[64];

	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof path, "%s%s", dir, name[i]);
		unlink(path);
	}
	rmdir(dir);
}

static void set_up(void)
{
	char path[64];

	CLAIM(mkdtemp(dir) != NULL);
	atexit(remove_files);
	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof path, "%s/%s", dir, i ? "users.json" : "machines.json");
		file[i] = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		CLAIM(file[i] >= 0);
	}
}

static void put_file(int fd, const void *at, size_t len)
{
	CLAIM(pwrite(fd, at, len, 0) == (ssize_t)len && ftruncate(fd, (off_t)len) == 0);
}

static char *decoded_key(const struct records *r, size_t i, size_t *len)
{
	struct span key = {r->table.text + r->table.list[i].key_at, r->table.list[i].key_len};
	char *out = malloc(key.len + 1);

	CLAIM(out != NULL);
	if (key.at[-1] == '"' && key.at[key.len] == '"') {
		CLAIM(json_decode((struct span){key.at - 1, key.len + 2}, out, key.len + 1) ==
		      JSON_DECODED);
	} else {
		memcpy(out, key.at, key.len);
		out[key.len] = '\0';
	}
	*len = strlen(out);
	return out;
}

static void check_record(struct records *r, size_t i)
{
	struct json_field f[TABLE_MAX_FIELDS];
	struct span text = table_text(&r->table, i);
	struct scan s;
	bool odd;

	CLAIM(fuzz_is_json(text.at, text.len, SCAN_DEPTH_MAX, &odd) && !odd);
	CLAIM(text.at[0] == '{' && text.at[text.len - 1] == '}');
	CLAIM(i == 0 ||
	      text.at >= r->table.text + r->table.list[i - 1].at + r->table.list[i - 1].len);
	memcpy(f, r->kind->fields, sizeof f);
	scan_begin(&s, text.at, text.len, SCAN_DEPTH_MAX - 1);
	CLAIM(json_object(&s, f, r->kind->count) && scan_finish(&s));
	for (size_t k = 0; k < r->kind->count; k++)
		CLAIM(f[k].state == JSON_PRESENT ||
		      (f[k].state == JSON_ABSENT && k >= r->kind->required));
}

/* How often a search for the key finds this place, and how many it finds. */
static size_t times_found(struct records *r, struct span key, size_t wanted, size_t *total)
{
	struct table_search s;
	size_t i, times = 0;

	*total = 0;
	table_search(&s, &r->table, key);
	while ((i = table_next(&s)) < r->table.count) {
		times += i == wanted;
		++*total;
	}
	return times;
}

static bool is_same_key(const struct records *r, struct span a, struct span b)
{
	return r->table.by_value ? decimal_compare(a, b) == 0 : span_is(a, b.at, b.len);
}

/* The first look-up reads all records, and the later ones use the index. Both must find
 * the same record. */
static void check_find(struct records *r, size_t i)
{
	size_t len, other_len, first = 0, total;
	char *key = decoded_key(r, i, &len);
	struct span wanted = {key, len};

	for (;; first++) {
		char *other = decoded_key(r, first, &other_len);
		bool same = is_same_key(r, (struct span){other, other_len}, wanted);
		free(other);
		if (same)
			break;
	}
	if (len < 1000) { /* longer keys are not in the index, and are never looked up */
		CLAIM(table_find(&r->table, wanted) == first);
		CLAIM(times_found(r, wanted, i, &total) == 1 && total <= r->table.count);
	}
	free(key);
}

static void check_records(struct records *r)
{
	size_t total;

	for (size_t i = 0; i < r->table.count && i < 50; i++)
		check_record(r, i);
	for (size_t i = 0; i < r->table.count && i < 20; i++)
		check_find(r, i);
	CLAIM(table_find(&r->table, span_of("no such key")) == r->table.count ||
	      r->table.count > 0);
	CLAIM(times_found(r, span_of(""), r->table.count, &total) == 0);
}

/* The output of machines_write is JSON, and each record in it has the same bytes as in the file. */
static void check_written(struct machines *m, struct span ids)
{
	struct text out = {0};
	struct scan s;
	struct span value;
	size_t at = 0, n = 0;
	bool odd;

	CLAIM(machines_write(m, (struct grant){.of_user = ids}, &out));
	CLAIM(fuzz_is_json(out.at, out.len, SCAN_DEPTH_MAX, &odd) && !odd);
	scan_begin(&s, out.at, out.len, SCAN_DEPTH_MAX - 1);
	CLAIM(scan_enter(&s, '['));
	for (; scan_next(&s, NULL); n++, at++) {
		CLAIM(scan_value(&s, &value));
		for (;; at++) { /* in the order of the file, each at most once */
			CLAIM(at < m->records.table.count);
			struct span record = table_text(&m->records.table, at);
			if (record.len == value.len && memcmp(record.at, value.at, value.len) == 0)
				break;
		}
	}
	CLAIM(scan_finish(&s));
	CLAIM(ids.at != NULL || n == m->records.table.count);
	text_free(&out);
}

static void check_machines(struct machines *m)
{
	static const char *const lists[] = {"[]", "[100,200]", "[\"100\",null,{},200,100,100]"};
	struct text own = {0};

	check_records(&m->records);
	check_written(m, (struct span){NULL, 0});
	for (int i = 0; i < 3; i++)
		check_written(m, (struct span){lists[i], strlen(lists[i])});
	/* A list of all ids shows every machine. */
	text_string(&own, "[");
	for (size_t i = 0; i < m->records.table.count; i++) {
		text_string(&own, i ? "," : "");
		text_add(&own, m->records.table.text + m->records.table.list[i].key_at,
			 m->records.table.list[i].key_len);
	}
	text_string(&own, "]");
	struct text all = {0}, mine = {0};
	CLAIM(machines_write(m, (struct grant){{0}, {0}}, &all));
	CLAIM(machines_write(m, (struct grant){.of_token = {own.at, own.len}}, &mine));
	CLAIM(all.len == mine.len && memcmp(all.at, mine.at, all.len) == 0);
	text_free(&all);
	text_free(&mine);
	text_free(&own);
}

static void check_users(struct users *u)
{
	struct user user;
	bool odd;

	check_records(&u->records);
	for (size_t i = 0; i < u->records.table.count && i < 20; i++) {
		size_t len;
		char *name = decoded_key(&u->records, i, &len);
		if (len <= USERNAME_MAX_BYTES && users_find(u, name, &user) == USERS_FOUND) {
			CLAIM(fuzz_is_text(user.password, strlen(user.password)));
			if (user.machines.at != NULL)
				CLAIM(*user.machines.at == '[' &&
				      fuzz_is_json(user.machines.at, user.machines.len,
						   SCAN_DEPTH_MAX, &odd));
		}
		free(name);
	}
	const char *work = users_work_like(u);
	CLAIM(work == NULL ||
	      (strncmp(work, "$argon2id$v=19$", 15) == 0 && fuzz_is_text(work, strlen(work))));
	CLAIM(users_work_like(u) == work);
}

/* A fault that passes: a good version stays in use, and the next read finds the current file. */
static void check_passing_fault(struct records *r, enum fault passing, bool usable)
{
	bool was_good = r->fault == NULL;

	r->settled = false;
	fault = passing;
	CLAIM(records_refresh(r) == usable);
	/* If a read returns only a part, the module continues to read. */
	CLAIM(passing == CUT || (r->fault != NULL && fuzz_log_lines() > 0));
	fault = NONE;
	CLAIM(records_refresh(r) == usable);
	CLAIM((r->fault == NULL) == was_good);
	fuzz_log_lines();
}

/* As the contract says: an array of records, or {}, perhaps behind a byte order mark. */
static bool is_file(const char *text, size_t len)
{
	struct scan s;
	bool odd;

	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		text += 3, len -= 3;
	if (!fuzz_is_json(text, len, SCAN_DEPTH_MAX - 1, &odd))
		return false;
	scan_begin(&s, text, len, SCAN_DEPTH_MAX - 1);
	return scan_peek(&s) == '[' || (scan_enter(&s, '{') && !scan_next(&s, NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool ready;
	struct users u;
	struct machines m;

	if (size == 0)
		return 0;
	if (!ready)
		set_up();
	ready = true;
	int kind = data[0] & IS_USERS;
	bool resident = data[0] & IS_RESIDENT;
	const char *text = (const char *)data + 1;
	size_t len = size - 1;
	CLAIM(kind ? users_open(&u, dir, resident) : machines_open(&m, dir, resident));
	struct records *r = kind ? &u.records : &m.records;

	if (resident) { /* a good version first, which must stay when a bad one comes */
		put_file(file[kind], "[]", 2);
		CLAIM(records_refresh(r) && r->fault == NULL && r->table.count == 0);
		r->settled = false;
	}
	put_file(file[kind], text, len);
	bool good = is_file(text, len);
	bool usable = kind ? records_refresh(&u.records) : records_refresh(&m.records);
	bool none = good && usable && r->table.count == 0 && r->table.skipped > 0;
	CLAIM((good && !none) == (r->fault == NULL));
	CLAIM(usable == (good || resident));
	CLAIM(r->fault == NULL || fuzz_log_lines() > 0); /* a fault is logged */
	if (usable) {
		CLAIM(good || (r->table.count == 0 && strncmp(r->table.text, "[]", 2) == 0));
		if (kind)
			check_users(&u);
		else
			check_machines(&m);
	}
	fuzz_log_lines();
	enum fault passing = (data[0] >> FAULT_SHIFT) % (CUT + 1);
	if (passing != NONE)
		check_passing_fault(r, passing, usable);
	r->settled = true; /* the file is unchanged: nothing is read again or logged */
	unsigned generation = r->generation;
	CLAIM(records_refresh(r) == usable && r->generation == generation && fuzz_log_lines() == 0);
	if (kind)
		users_close(&u);
	else
		records_close(&m.records);
	return 0;
}
