/* base/log.c - the diagnostic log file.
 *
 * A line is made whole in memory and written by one write(2) to a descriptor
 * opened for appending, so lines of threads and processes do not mix and no
 * lock is needed. What looks like a credential is removed here, in the sink. */
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/strbuf.h"
#include "base/text.h"
#include "base/when.h"

#define LINE_BYTES_MAX ((size_t)16384)

static atomic_int log_fd = -1;
static atomic_int log_most = LOG_ERROR;

static const char *const level_names[] = {
	[LOG_ERROR] = "error",
	[LOG_WARN] = "warn",
	[LOG_INFO] = "info",
	[LOG_DEBUG] = "debug",
};

enum err log_open(const char *path, enum log_level most, struct err_info *info)
{
	int fd;

	if (!strcmp(path, "-")) {
		fd = STDERR_FILENO;
	} else {
		/* Neither the open nor a line may wait for whoever reads a FIFO. */
		fd = open(path,
			  O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC |
				  O_NONBLOCK,
			  0600);
		if (fd < 0)
			return err_set_errno(info, errno, "cannot open the log file %s", path);
	}
	log_close();
	atomic_store(&log_most, (int)most);
	atomic_store(&log_fd, fd);
	return OK;
}

void log_close(void)
{
	int fd = atomic_exchange(&log_fd, -1);

	if (fd >= 0 && fd != STDERR_FILENO)
		close(fd);
}

int log_descriptor(void)
{
	return atomic_load(&log_fd);
}

/* One write; a rest, which only a full disk or a signal leaves, is not worth mixing lines for. */
static void write_line(int fd, const struct strbuf *line)
{
	while (write(fd, line->data, line->len) < 0 && errno == EINTR)
		;
}

void log_write(enum log_level level, const char *fmt, ...)
{
	struct strbuf raw, clean, line;
	char at[WHEN_RFC3339_SIZE], thread[17] = "";
	int fd = atomic_load(&log_fd), saved_errno = errno;
	va_list args;

	if (fd < 0 || (int)level > atomic_load(&log_most))
		return;
	strbuf_init_wiped(&raw, LINE_BYTES_MAX);
	strbuf_init(&clean, LINE_BYTES_MAX);
	strbuf_init(&line, 4 * LINE_BYTES_MAX);
	va_start(args, fmt);
	strbuf_vprintf(&raw, fmt, args);
	va_end(args);
	log_redact(&clean, raw.data, raw.len);
	when_rfc3339(clock_wall_ms(), at);
	prctl(PR_GET_NAME, thread, 0, 0, 0);
	strbuf_printf(&line, "%s %s ", at, level_names[level]);
	text_make_safe(&line, thread, strlen(thread), TEXT_ONE_LINE);
	strbuf_puts(&line, ": ");
	text_make_safe(&line, clean.data, clean.len, TEXT_ONE_LINE);
	if (line.overflowed)
		strbuf_truncate(&line, line.ceiling - 1);
	line.overflowed = false;
	strbuf_putc(&line, '\n');
	write_line(fd, &line);
	strbuf_free(&line);
	strbuf_free(&clean);
	strbuf_free(&raw);
	errno = saved_errno;
}
