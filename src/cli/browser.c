/* cli/browser.c - prints the address of a login on a line of its own, unwrapped, and as a QR code where that is wanted, and
 * opens it where there is a desktop.
 *
 * With --json standard output is for the result alone, so the address goes to standard error. */
#include "cli/browser.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/i18n.h"
#include "cli/out.h"
#include "ops/qr.h"

/* It may outlive us: nobody waits for it, and our end adopts it out. */
static bool start(const char *browser, const char *url)
{
	char *program = xstrdup(browser), *address = xstrdup(url);
	char *argv[] = {program, address, NULL};
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none;
	pid_t pid;
	int failed;

	posix_spawn_file_actions_init(&files);
	posix_spawnattr_init(&attr);
	sigemptyset(&none);
	posix_spawnattr_setsigmask(&attr, &none);
	/* Keys that stop us are not meant for it. */
	posix_spawnattr_setpgroup(&attr, 0);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
	posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	failed = posix_spawnp(&pid, argv[0], &files, &attr, argv, environ);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attr);
	xfree(&program);
	xfree(&address);
	return !failed;
}

static bool is_web(const char *url)
{
	return !strncmp(url, "https://", 8) || !strncmp(url, "http://", 7);
}

static bool has_desktop(void)
{
	return getenv("DISPLAY") || getenv("WAYLAND_DISPLAY");
}

/* $BROWSER is a list of programs, divided by colons, of which the first that is there serves. */
static bool start_named(const char *list, const char *url)
{
	char *names = xstrdup(list), *rest = names;
	bool started = false;

	for (const char *name; !started && (name = strsep(&rest, ":"));)
		started = *name && start(name, url);
	xfree(&names);
	return started;
}

bool browser_open(const char *url)
{
	const char *named = getenv("BROWSER");

	/* The address comes from the platform: only the web is opened, and no option smuggled in. */
	if (!is_web(url))
		return false;
	if (named && *named)
		return start_named(named, url);
	return has_desktop() && start("xdg-open", url);
}

/* Where it goes to; 0: it is no terminal, and wide enough. */
static int columns(const struct args *a)
{
	int fd = a->json ? STDERR_FILENO : STDOUT_FILENO;
	struct winsize size = {0};

	return isatty(fd) && !ioctl(fd, TIOCGWINSZ, &size) ? size.ws_col : 0;
}

static void print_qr(const struct args *a, const char *url)
{
	struct qr *q = NULL;
	struct err_info info;
	struct strbuf row;
	int room = columns(a);

	if (qr_new(url, &q, &info) != OK) {
		out_note(a, _("no QR code: %s"), info.text);
		return;
	}
	if (room && qr_columns(q, a->ascii) > room) {
		out_note(a, _("no QR code: it needs %d columns, this terminal has %d"),
			 qr_columns(q, a->ascii), room);
		qr_free(&q);
		return;
	}
	strbuf_init(&row, STRBUF_CEILING_DEFAULT);
	for (int i = 0; i < qr_rows(q, a->ascii); i++) {
		strbuf_reset(&row);
		qr_row(q, i, a->ascii, &row);
		if (a->json)
			out_aside("%s", row.data);
		else
			out_line("%s", row.data);
	}
	strbuf_free(&row);
	qr_free(&q);
}

void browser_show(void *self, const char *url)
{
	const struct browser *b = self;
	struct err_info info;

	if (b->open && browser_open(url))
		out_note(b->args, "%s", _("the browser is asked to open this address:"));
	else
		out_note(b->args, "%s", _("open this address in a browser:"));
	if (b->args->json)
		out_aside("%s", url);
	else
		out_line("%s", url);
	if (b->qr)
		print_qr(b->args, url);
	/* Whoever reads a pipe waits for the address before anything else can happen. */
	(void)!out_flush(&info);
}
