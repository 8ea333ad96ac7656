/* ui/browser_login.c - an address to be opened, outside the alternate screen.
 *
 * There the terminal wraps it without breaking it, so that it can be selected whole, and over SSH the callback
 * that the browser could not deliver can be pasted. The line holds a code: it is wiped. */
#include "ui/browser_login.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "base/text.h"
#include "ui/console.h"
#include "ui/signals.h"

#define LINE_BYTES_MAX 4096

static void show(const char *url)
{
	struct strbuf safe;

	strbuf_init(&safe, 16 * 1024);
	text_make_safe(&safe, url, strlen(url), 0);
	printf("\n%s\n\n%s\n\n%s\n%s\n", _("Open this address in a browser and log in:"), safe.data,
	       _("If the browser cannot come back, paste the address that it ends at."),
	       _("Enter alone goes back to the screen."));
	fflush(stdout);
	strbuf_free(&safe);
}

static bool write_all(int fd, const char *s, size_t n)
{
	while (n) {
		ssize_t k = write(fd, s, n);
		if (k < 0 && errno != EINTR)
			return false;
		s += k > 0 ? k : 0;
		n -= k > 0 ? (size_t)k : 0;
	}
	return true;
}

/* A line of the terminal in its usual mode comes in one piece. */
static bool take_line(int paste_fd)
{
	char line[LINE_BYTES_MAX + 1] = "";
	ssize_t n = read(STDIN_FILENO, line, LINE_BYTES_MAX);
	size_t blank = n > 0 ? strspn(line, " \t\r\n") : 0;
	bool pasted = n > 0 && blank < (size_t)n && write_all(paste_fd, line, (size_t)n);

	wipe(line, sizeof(line));
	return pasted;
}

bool browser_login_ask(struct console *c, const char *url, int paste_fd)
{
	struct pollfd fds[2] = {{.fd = STDIN_FILENO, .events = POLLIN},
				{.fd = worker_fd(c->worker), .events = POLLIN}};
	bool pasted = false;

	term_leave();
	show(url);
	while (!signals_stop()) {
		/* The browser has come back by itself, or the wait is over. */
		if (signals_poll(fds, COUNT_OF(fds), -1) > 0 &&
		    (fds[0].revents || fds[1].revents)) {
			if (fds[0].revents)
				pasted = take_line(paste_fd);
			break;
		}
	}
	term_return();
	console_layout(c);
	return pasted;
}
