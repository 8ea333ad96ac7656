/* cli/passphrase.c - asking for the vault's passphrase on the terminal.
 *
 * The terminal's echo is off while it is typed, and put back whatever happens: signals that would end or stop the program
 * are held back for that long, and ^C comes as a byte like any other. */
#include "cli/passphrase.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/mem.h"

#define CTRL_C 3
#define CTRL_D 4
#define CTRL_U 21

static void say(int fd, const char *text)
{
	ssize_t done = write(fd, text, strlen(text));

	(void)done; /* a prompt that cannot be shown is no reason to fail */
}

/* One line, with the keys that correct it. */
static enum err read_line(int fd, struct strbuf *out, struct err_info *info)
{
	for (;;) {
		char c;
		ssize_t k = read(fd, &c, 1);

		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0 || c == CTRL_C || (c == CTRL_D && out->len == 0))
			return err_set(info, E_INTERRUPTED, "no passphrase was given");
		if (c == '\n' || c == '\r' || c == CTRL_D)
			break;
		if (c == CTRL_U) {
			strbuf_truncate(out, 0);
		} else if (c == '\b' || c == 127) {
			while (out->len > 0 && (out->data[out->len - 1] & 0xC0) == 0x80)
				strbuf_truncate(out, out->len - 1);
			if (out->len > 0)
				strbuf_truncate(out, out->len - 1);
		} else {
			strbuf_putc(out, c);
		}
	}
	if (out->overflowed)
		return err_set(info, E_TOO_LONG, "the passphrase is too long");
	return OK;
}

static enum err prompt(int fd, const char *text, struct strbuf *out, struct err_info *info)
{
	struct termios before, quiet;
	sigset_t hold, was;
	enum err e;

	if (tcgetattr(fd, &before) != 0)
		return err_set_errno(info, errno, "cannot read from the terminal");
	quiet = before;
	quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | ISIG);
	quiet.c_cc[VMIN] = 1;
	quiet.c_cc[VTIME] = 0;
	sigemptyset(&hold);
	sigaddset(&hold, SIGTERM);
	sigaddset(&hold, SIGINT);
	sigaddset(&hold, SIGTSTP);
	sigaddset(&hold, SIGQUIT);
	sigprocmask(SIG_BLOCK, &hold, &was);
	tcsetattr(fd, TCSAFLUSH, &quiet);
	say(fd, text);
	e = read_line(fd, out, info);
	tcsetattr(fd, TCSAFLUSH, &before);
	say(fd, "\n");
	sigprocmask(SIG_SETMASK, &was, NULL);
	return e;
}

static enum err ask_twice(int fd, struct strbuf *out, struct err_info *info)
{
	struct strbuf again;
	enum err e = prompt(fd, _("New passphrase: "), out, info);

	if (e)
		return e;
	strbuf_init_wiped(&again, (size_t)1 << 20);
	e = prompt(fd, _("Once more: "), &again, info);
	if (!e && (again.len != out->len || memcmp(again.data, out->data, out->len) != 0))
		e = err_set(info, E_INVALID, "the two passphrases differ");
	strbuf_free(&again);
	return e;
}

enum err passphrase_ask(bool fresh, struct strbuf *out, struct err_info *info)
{
	enum err e;
	int fd;

	if (!isatty(STDIN_FILENO) || (fd = open("/dev/tty", O_RDWR | O_CLOEXEC)) < 0) {
		err_set(info, E_VAULT_LOCKED, "the vault is locked by a passphrase");
		err_hint(info, "run it on a terminal, or give --passphrase-fd");
		return E_VAULT_LOCKED;
	}
	e = fresh ? ask_twice(fd, out, info) : prompt(fd, _("Passphrase: "), out, info);
	close(fd);
	return e;
}
