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
#include "ops/qr.h"
#include "ui/console.h"
#include "ui/signals.h"

#define LINE_BYTES_MAX 4096

/* Half blocks as they are: nothing here comes from outside. */
static void show_qr(const char *url)
{
	struct qr *q = NULL;
	struct err_info info;
	struct strbuf rows;

	if (qr_new(url, &q, &info) != OK) {
		printf("\n%s: %s\n\n", err_name(info.code), info.text);
	} else if (qr_columns(q, term_ascii()) > term_columns()) {
		printf(_("\nThe QR code needs %d columns, this terminal has %d.\n\n"),
		       qr_columns(q, term_ascii()), term_columns());
	} else {
		strbuf_init(&rows, STRBUF_CEILING_DEFAULT);
		for (int i = 0; i < qr_rows(q, term_ascii()); i++) {
			qr_row(q, i, term_ascii(), &rows);
			strbuf_putc(&rows, '\n');
		}
		printf("\n%s\n", rows.data);
		strbuf_free(&rows);
	}
	qr_free(&q);
	fflush(stdout);
}

static void show(const char *url)
{
	struct strbuf safe;

	strbuf_init(&safe, 16 * 1024);
	text_make_safe(&safe, url, strlen(url), 0);
	printf("\n%s\n\n%s\n\n%s\n%s\n%s\n", _("Open this address in a browser and log in:"),
	       safe.data, _("If the browser cannot come back, paste the address that it ends at."),
	       _("q and Enter shows the address as a QR code."),
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

enum typed { TYPED_NOTHING, TYPED_QR, TYPED_ADDRESS };

/* A line of the terminal in its usual mode comes in one piece. */
static enum typed take_line(int paste_fd)
{
	char line[LINE_BYTES_MAX + 1] = "";
	ssize_t n = read(STDIN_FILENO, line, LINE_BYTES_MAX);
	size_t blank = n > 0 ? strspn(line, " \t\r\n") : 0;
	enum typed what = TYPED_NOTHING;

	if (n > 0 && line[blank] == 'q' &&
	    strspn(line + blank + 1, " \t\r\n") == (size_t)n - blank - 1)
		what = TYPED_QR;
	else if (n > 0 && blank < (size_t)n && write_all(paste_fd, line, (size_t)n))
		what = TYPED_ADDRESS;
	wipe(line, sizeof(line));
	return what;
}

bool browser_login_ask(struct console *c, const char *url, int paste_fd)
{
	struct pollfd fds[2] = {{.fd = STDIN_FILENO, .events = POLLIN},
				{.fd = worker_fd(c->worker), .events = POLLIN}};
	enum typed typed = TYPED_NOTHING;

	term_leave();
	show(url);
	while (!signals_stop()) {
		/* The browser has come back by itself, or the wait is over. */
		if (signals_poll(fds, COUNT_OF(fds), -1) > 0 &&
		    (fds[0].revents || fds[1].revents)) {
			if (fds[0].revents)
				typed = take_line(paste_fd);
			if (typed != TYPED_QR || fds[1].revents)
				break;
			show_qr(url);
			typed = TYPED_NOTHING;
		}
	}
	term_return();
	console_layout(c);
	return typed == TYPED_ADDRESS;
}
