/* ui/spawn.c - posix_spawn with our signals put back to what they were. */
#include "ui/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ui/signals.h"
#include "ui/term.h"

#define BACKGROUND_MAX 16
static struct {
	pid_t pids[BACKGROUND_MAX];
	size_t n;
} background;

bool spawn_split(const char *s, char *buf, size_t size, char *argv[SPAWN_WORDS])
{
	size_t n = 0, used = 0;

	if (strlen(s) + 1 > size)
		return false;
	for (s += strspn(s, " \t"); *s; s += strspn(s, " \t")) {
		char quote = '\0';
		if (n == SPAWN_WORDS - 2)
			return false;
		argv[n++] = buf + used;
		for (; *s && (quote || (*s != ' ' && *s != '\t')); s++) {
			if (quote ? *s == quote : (*s == '"' || *s == '\''))
				quote = quote ? '\0' : *s;
			else
				buf[used++] = *s;
		}
		buf[used++] = '\0';
	}
	argv[n] = NULL;
	return n > 0;
}

static int start(pid_t *pid, char *const argv[], bool quiet)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t standard;
	short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;

	posix_spawn_file_actions_init(&files);
	posix_spawnattr_init(&attr);
	sigemptyset(&standard);
	for (int signo = 1; signo < 32; signo++)
		if (signo != SIGKILL && signo != SIGSTOP)
			sigaddset(&standard, signo);
	posix_spawnattr_setsigdefault(&attr, &standard);
	posix_spawnattr_setsigmask(&attr, signals_before());
	if (quiet) {
		posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
		posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
		posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
		posix_spawnattr_setpgroup(&attr, 0);
		flags |= POSIX_SPAWN_SETPGROUP;
	}
	posix_spawnattr_setflags(&attr, flags);
	int errnum = posix_spawnp(pid, argv[0], &files, &attr, argv, environ);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attr);
	return errnum;
}

/* The keys that stop a program belong to it, not to us, while it has the screen. */
static int wait_for(pid_t pid)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN}, interrupt, quit;
	bool told = false;
	int status = 0;

	sigemptyset(&ignore.sa_mask);
	sigaction(SIGINT, &ignore, &interrupt);
	sigaction(SIGQUIT, &ignore, &quit);
	while (waitpid(pid, &status, WNOHANG) == 0) {
		if (signals_stop() && !told) {
			kill(pid, SIGHUP);
			told = true;
		}
		/* ^Z in the program stops the whole job, us too. */
		if (signals_suspend())
			raise(SIGSTOP);
		signals_poll(NULL, 0, -1);
	}
	sigaction(SIGINT, &interrupt, NULL);
	sigaction(SIGQUIT, &quit, NULL);
	return status;
}

enum err spawn_foreground(const char *command, const char *last, struct err_info *info)
{
	char buf[1024], *argv[SPAWN_WORDS], file[1100];
	size_t n = 0;
	pid_t pid;

	if (!spawn_split(command, buf, sizeof(buf), argv))
		return err_set(info, E_CONFIG, "\"%s\" is no command that can be started.",
			       command);
	while (argv[n])
		n++;
	snprintf(file, sizeof(file), "%s", last);
	argv[n] = file;
	argv[n + 1] = NULL;
	term_leave();
	int errnum = start(&pid, argv, false), status = errnum ? 0 : wait_for(pid);
	term_return();
	if (errnum)
		return err_set_errno(info, errnum, "\"%s\" could not be started", argv[0]);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return err_set(info, E_INTERRUPTED,
			       "\"%s\" did not end well; what it wrote was not taken.", argv[0]);
	return OK;
}

enum err spawn_background(const char *program, const char *argument, struct err_info *info)
{
	char name[256], arg[2048], *argv[] = {name, arg, NULL};
	pid_t pid;

	if (background.n == BACKGROUND_MAX)
		return err_set(info, E_BUSY,
			       "Too many programs that were started before are still running.");
	snprintf(name, sizeof(name), "%s", program);
	snprintf(arg, sizeof(arg), "%s", argument);
	int errnum = start(&pid, argv, true);
	if (errnum)
		return err_set_errno(info, errnum, "\"%s\" could not be started", program);
	background.pids[background.n++] = pid;
	return OK;
}

void spawn_reap(void)
{
	/* Each by its id: the process may have children that others wait for. */
	for (size_t i = 0; i < background.n;) {
		if (waitpid(background.pids[i], NULL, WNOHANG) == 0)
			i++;
		else
			background.pids[i] = background.pids[--background.n];
	}
}
